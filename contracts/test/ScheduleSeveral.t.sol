// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice One change of several records, each with a delay, a guardian and signers of its own.
contract ScheduleSeveralTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(DELAY);
    }

    function test_finalize_revertsIfAnyRecordHasADelay() public {
        ITypedMessages.Approval memory approval = approvalOfBoth();
        bytes memory signatures = bothQuorums(digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        registry.finalize(approval, signatures);
    }

    /// @dev The slack is the smallest over the records: the longest delay rules begin and end.
    function test_execute_waitsForTheLongestDelay() public {
        setOtherDelay(10 days);
        (ITypedMessages.Approval memory approval, bytes32 digest) = scheduleBoth();
        uint256 start = vm.getBlockTimestamp();
        vm.warp(start + 10 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.execute(approval);
        vm.warp(start + 10 days + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.execute(approval);
        vm.warp(start + 10 days + GRACE);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 3);
        vm.assertEq(versionOf(address(other)), 3);
    }

    /// @dev Whatever the delays and the order.
    function testFuzz_scheduled_slackIsTheSmallest(uint32 first, uint32 second, uint32 passed) public {
        first = first % (30 days + 1);
        // One of them, at least, has a delay.
        second = second % (30 days + 1);
        if (first == 0 && second == 0) second = 1;
        passed = passed % 90 days;
        redelay(first);
        setOtherDelay(second);
        (ITypedMessages.Approval memory approval, bytes32 digest) = scheduleBoth();
        skip(passed);
        int256 slack = int256(uint256(passed)) - int256(uint256(first > second ? first : second));
        assertScheduled(digest, IRegistryTypes.Status.Waiting, slack);
        if (slack < 0) vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, slack));
        if (slack > int256(GRACE)) {
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, slack));
        }
        registry.execute(approval);
    }

    function test_schedule_needsTheQuorumOfEveryRecord() public {
        ITypedMessages.Approval memory approval = approvalOfBoth();
        bytes memory signatures = quorum(digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(other), 0, 2));
        registry.schedule(approval, signatures);
    }

    function test_cancel_oneRecordsGuardianStopsTheWhole() public {
        setOtherDelay(1);
        (ITypedMessages.Approval memory approval, bytes32 digest) = scheduleBoth();
        vm.prank(address(0x07E6));
        registry.cancel(digest, address(other));
        skip(DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.execute(approval);
    }

    function test_reject_oneRecordsQuorumStopsTheWhole() public {
        (ITypedMessages.Approval memory approval, bytes32 digest) = scheduleBoth();
        rejectByOthers(digest, 2);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(other), 2, 2));
        registry.execute(approval);
    }

    /// @dev Rejections are counted for each record by itself: three of nine and one of three are no quorum.
    function test_reject_recordsAreNotAddedUp() public {
        (ITypedMessages.Approval memory approval, bytes32 digest) = scheduleBoth();
        reject(digest, 3);
        rejectByOthers(digest, 1);
        skip(DELAY);
        registry.execute(approval);
        vm.assertEq(versionOf(address(other)), 2);
    }

    /// @dev A change of one record voids what waits for several.
    function test_execute_revertsWhereOneRecordMoved() public {
        (ITypedMessages.Approval memory approval,) = scheduleBoth();
        ITypedMessages.Approval memory alone = approvalOf(address(other));
        registry.finalize(alone, otherQuorum(digestOf(alone)));
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(other), 2, 3));
        registry.execute(approval);
    }

    /// @dev The number of records is kept in a byte.
    function test_schedule_takesNoMoreThan255Records() public {
        address[] memory one = listOf(others[0]);
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        ITypedMessages.Upgrade[] memory upgrades = new ITypedMessages.Upgrade[](256);
        for (uint256 i = 0; i < 256; ++i) {
            address contractAddress = address(uint160(0x10000 + i));
            vm.etch(contractAddress, hex"00");
            vm.prank(contractAddress);
            register(contractAddress, one, 1);
            if (i == 0) {
                ITypedMessages.Rotation memory rotation = rotationOf(contractAddress);
                rotation.delay = 1;
                registry.rotate(rotation, signWith(otherKeys[0], digestOf(rotation)));
            }
            upgrades[i] = upgradeOf(contractAddress);
        }
        approval.upgrades = upgrades;
        bytes memory signature = signWith(otherKeys[0], digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.TooManyRecords.selector, 256, 255));
        registry.schedule(approval, signature);

        assembly ("memory-safe") {
            mstore(upgrades, 255)
        }
        registry.schedule(approval, signWith(otherKeys[0], digestOf(approval)));
        skip(1);
        registry.execute(approval);
        vm.assertEq(versionOf(upgrades[254].contractAddress), 2);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function redelay(uint32 delay) private {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = delay;
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
    }
}
