// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What a guardian cancels.
contract CancelTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(DELAY);
    }

    function test_cancel_tellsWho() public {
        bytes32 digest = schedule(approvalOf(address(target)));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Cancelled(digest, address(target), guardian);
        vm.prank(guardian);
        registry.cancel(digest, address(target));
    }

    /// @dev R87: cancelled is final.
    function test_cancel_isFinal() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        cancel(digest);
        skip(DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.execute(approval);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        vm.prank(guardian);
        registry.cancel(digest, address(target));
    }

    /// @dev I13.
    function testFuzz_cancel_revertsForAllButTheGuardian(address sender) public {
        vm.assume(sender != guardian);
        bytes32 digest = schedule(approvalOf(address(target)));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyGuardian.selector, address(target), sender, guardian));
        vm.prank(sender);
        registry.cancel(digest, address(target));
    }

    /// @dev Where there is no guardian, nobody is: not even the zero address of a simulation.
    function test_cancel_revertsWhereThereIsNoGuardian() public {
        delayOther();
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        bytes32 digest = digestOf(approval);
        registry.schedule(approval, otherQuorum(digest));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.OnlyGuardian.selector, address(other), address(0), address(0))
        );
        vm.prank(address(0));
        registry.cancel(digest, address(other));
    }

    /// @dev A guardian stops his own record's changes only.
    function test_cancel_revertsForARecordThatIsNotInIt() public {
        delayOther();
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        bytes32 digest = digestOf(approval);
        registry.schedule(approval, otherQuorum(digest));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotScheduledFor.selector, digest, address(target)));
        vm.prank(guardian);
        registry.cancel(digest, address(target));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.OnlyGuardian.selector, address(other), guardian, address(0))
        );
        vm.prank(guardian);
        registry.cancel(digest, address(other));
    }

    function test_cancel_revertsForWhatDoesNotWait() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = digestOf(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        vm.prank(guardian);
        registry.cancel(digest, address(target));
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Executed)
        );
        vm.prank(guardian);
        registry.cancel(digest, address(target));
    }

    /// @dev Approvals he may cancel one after the other.
    function test_cancel_anyNumberOfApprovals() public {
        for (uint256 i = 0; i < 3; ++i) {
            cancel(schedule(approvalNumbered(address(target), i)));
        }
        cancel(scheduleRotation(rotationOf(address(target))));
        cancel(schedule(approvalNumbered(address(target), 3)));
    }

    /// @dev One rotation, and not the next: he cannot keep his place.
    function test_cancel_oneRotationAndNotTheNext() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        cancel(scheduleRotation(rotation));
        rotation.guardian = address(0);
        bytes32 digest = scheduleRotation(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RotationProtected.selector, address(target)));
        vm.prank(guardian);
        registry.cancel(digest, address(target));
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.assertEq(registry.rulesOf(address(target)).guardian, address(0));
    }

    /// @dev Upgrades between them give him no second rotation; only a rotation does.
    function test_cancel_oneRotationWhateverIsUpgradedMeanwhile() public {
        cancel(scheduleRotation(rotationOf(address(target))));
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = scheduleRotation(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RotationProtected.selector, address(target)));
        vm.prank(guardian);
        registry.cancel(digest, address(target));
        skip(DELAY);
        registry.executeRotation(rotation);
        cancel(scheduleRotation(rotationOf(address(target))));
    }

    function test_cancel_oneRotationWhoeverAcceptsMeanwhile() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.authority = address(0xA0);
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        cancel(scheduleRotation(rotationOf(address(target))));
        vm.startPrank(address(0xA0));
        registry.acceptAuthority(address(target));
        rotation = rotationOf(address(target));
        registry.scheduleRotation(rotation, "");
        vm.stopPrank();
        assertProtected(digestOf(rotation));
    }

    function assertProtected(bytes32 digest) private {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RotationProtected.selector, address(target)));
        vm.prank(guardian);
        registry.cancel(digest, address(target));
    }

    /// @dev Two rotations wait: he cancels one, the other comes.
    function test_cancel_oneOfTwoRotationsThatWait() public {
        ITypedMessages.Rotation memory first = rotationOf(address(target));
        ITypedMessages.Rotation memory second = rotationOf(address(target));
        second.guardian = address(0);
        bytes32 digest = scheduleRotation(first);
        bytes32 next = scheduleRotation(second);
        cancel(digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RotationProtected.selector, address(target)));
        vm.prank(guardian);
        registry.cancel(next, address(target));
    }

    /// @dev Without a guardian.
    function delayOther() private {
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.delay = DELAY;
        rotateOther(rotation);
    }
}
