// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

contract PauseTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(0);
    }

    // -------------------------------------------------------------------------------------------------------- pausing

    function test_pauseOf_isZeroBeforeTheFirst() public view {
        assertPause(0, 0, 0);
    }

    function test_pause_tellsNumberAndEnd() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Paused(address(target), 1, uint64(NOW + 7 days));
        vm.prank(guardian);
        registry.pause(address(target), 7 days);
        assertPause(1, NOW, NOW + 7 days);
    }

    function test_pause_lastsNoMoreThanSevenDays() public {
        uint24[2] memory durations = [uint24(7 days + 1), type(uint24).max];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseTooLong.selector, durations[i], 7 days));
            vm.prank(guardian);
            registry.pause(address(target), durations[i]);
        }
        assertPause(0, 0, 0);
    }

    /// @dev R89, I12: thirty days from beginning to beginning, however short the pause was.
    function test_pause_beginsThirtyDaysAfterThePreviousBegan() public {
        pause(1);
        vm.warp(NOW + 30 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseTooSoon.selector, address(target), NOW + 30 days));
        vm.prank(guardian);
        registry.pause(address(target), 1);
        vm.warp(NOW + 30 days);
        pause(2);
        assertPause(2, NOW + 30 days, NOW + 30 days + 2);
    }

    function test_pause_neitherOverlapsNorIsLengthened() public {
        pause(1 days);
        skip(1 hours);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseTooSoon.selector, address(target), NOW + 30 days));
        vm.prank(guardian);
        registry.pause(address(target), 7 days);
        assertPause(1, NOW, NOW + 1 days);
    }

    /// @dev Even unpaused at once, and whoever the guardian is by then.
    function test_pause_notSoonerByAnotherGuardian() public {
        pause(7 days);
        unpause();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = stranger;
        rotate(rotation);
        vm.warp(NOW + 30 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseTooSoon.selector, address(target), NOW + 30 days));
        vm.prank(stranger);
        registry.pause(address(target), 1);
    }

    function test_pause_isOfOneRecord() public {
        bytes32 before = governedStateOf(address(other));
        pause(7 days);
        vm.assertEq(governedStateOf(address(other)), before);
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        registry.finalize(approval, otherQuorum(digestOf(approval)));
    }

    /// @dev I13.
    function testFuzz_pause_revertsForAllButTheGuardian(address sender) public {
        vm.assume(sender != guardian);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyGuardian.selector, address(target), sender, guardian));
        vm.prank(sender);
        registry.pause(address(target), 1);
    }

    function test_pause_revertsWhereThereIsNoGuardianOrNoRecord() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.OnlyGuardian.selector, address(other), address(0), address(0))
        );
        vm.prank(address(0));
        registry.pause(address(other), 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        vm.prank(guardian);
        registry.pause(stranger, 1);
    }

    // ----------------------------------------------------------------------------------------------- what it stops

    function test_finalize_revertsWhilePausedToTheSecond() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        pause(1 days);
        bytes memory reason =
            abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days);
        vm.expectRevert(reason);
        registry.finalize(approval, signatures);
        vm.warp(NOW + 1 days - 1);
        vm.expectRevert(reason);
        registry.finalize(approval, signatures);
        vm.warp(NOW + 1 days);
        registry.finalize(approval, signatures);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_finalize_onePausedRecordHoldsAll() public {
        ITypedMessages.Approval memory approval = approvalOfBoth();
        bytes memory signatures = bothQuorums(digestOf(approval));
        pause(1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days));
        registry.finalize(approval, signatures);
        skip(1 days);
        registry.finalize(approval, signatures);
    }

    /// @dev The second of them, too.
    function test_execute_onePausedRecordHoldsAll() public {
        setOtherDelay(1);
        (ITypedMessages.Approval memory approval, bytes32 digest) = scheduleBoth();
        pauseOther(1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(other), NOW + 1 days));
        registry.execute(approval);
        // The other record's time stood still, the target's ran on: the smallest slack is what counts.
        skip(1 days + 5);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 4);
        registry.execute(approval);
        vm.assertEq(versionOf(address(other)), 3);
    }

    function test_execute_revertsWhilePaused() public {
        setDelay(1);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        pause(1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days));
        registry.execute(approval);
    }

    // ------------------------------------------------------------------------------------------ what it does not stop

    function test_rotate_worksWhilePaused() public {
        pause(7 days);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = address(0);
        rotate(rotation);
        vm.assertEq(versionOf(address(target)), 3);
        // It ends no pause.
        assertPause(1, NOW, NOW + 7 days);
    }

    function test_executeRotation_worksWhilePaused() public {
        setDelay(DELAY);
        pause(7 days);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.assertEq(versionOf(address(target)), 4);
    }

    function test_acceptAuthority_worksWhilePaused() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.authority = address(0xA0);
        rotate(rotation);
        pause(7 days);
        vm.prank(address(0xA0));
        registry.acceptAuthority(address(target));
        vm.assertTrue(registry.rulesOf(address(target)).accepted);
    }

    /// @dev I12: scheduling, rejecting, revoking, cancelling, announcing and unpausing.
    function test_pause_stopsNothingElse() public {
        setDelay(1);
        pause(7 days);
        bytes32 digest = schedule(approvalNumbered(address(target), 1));
        reject(digest, 1);
        vm.prank(signers[0]);
        registry.revoke(address(target), keccak256("another"));
        cancel(digest);
        registry.propose(approvalNumbered(address(target), 2), "");
        unpause();
        ITypedMessages.Approval memory approval = approvalNumbered(address(target), 3);
        schedule(approval);
        skip(1);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 4);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function assertPause(uint256 number, uint256 from, uint256 until) private view {
        IRegistryTypes.Pause memory found = registry.pauseOf(address(target));
        vm.assertEq(uint256(found.number), number);
        vm.assertEq(uint256(found.from), from);
        vm.assertEq(uint256(found.until), until);
    }
}
