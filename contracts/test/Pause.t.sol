// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
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
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
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
        IRegistryTypes.Approval memory approval = approvalOf(address(other));
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
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
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
        IRegistryTypes.Approval memory approval = approvalOfBoth();
        bytes memory signatures = bothQuorums(digestOf(approval));
        pause(1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days));
        registry.finalize(approval, signatures);
        skip(1 days);
        registry.finalize(approval, signatures);
    }

    /// @dev The second of them, too.
    function test_execute_onePausedRecordHoldsAll() public {
        setOtherDelay(0);
        (IRegistryTypes.Approval memory approval, bytes32 digest) = scheduleBoth();
        pauseOther(1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(other), NOW + 1 days));
        registry.execute(approval);
        // The other record's time stood still, the target's ran on: the smallest slack is what counts.
        skip(1 days + 5);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 5);
        registry.execute(approval);
        vm.assertEq(versionOf(address(other)), 3);
    }

    function test_execute_revertsWhilePaused() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        pause(1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days));
        registry.execute(approval);
    }

    // ------------------------------------------------------------------------------------------ what it does not stop

    function test_rotate_worksWhilePaused() public {
        pause(7 days);
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = address(0);
        rotate(rotation);
        vm.assertEq(versionOf(address(target)), 3);
        // It ends no pause.
        assertPause(1, NOW, NOW + 7 days);
    }

    function test_executeRotation_worksWhilePaused() public {
        setDelay(DELAY);
        pause(7 days);
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.assertEq(versionOf(address(target)), 4);
    }

    function test_acceptAuthority_worksWhilePaused() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.authority = address(0xA0);
        rotate(rotation);
        pause(7 days);
        vm.prank(address(0xA0));
        registry.acceptAuthority(address(target));
        vm.assertTrue(registry.rulesOf(address(target)).accepted);
    }

    /// @dev I12: scheduling, rejecting, revoking, cancelling, announcing and unpausing.
    function test_pause_stopsNothingElse() public {
        pause(7 days);
        bytes32 digest = schedule(approvalNumbered(address(target), 1));
        reject(digest, 1);
        vm.prank(signers[0]);
        registry.revoke(address(target), keccak256("another"));
        cancel(digest);
        registry.propose(approvalNumbered(address(target), 2), "");
        unpause();
        IRegistryTypes.Approval memory approval = approvalNumbered(address(target), 3);
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(versionOf(address(target)), 3);
    }

    // ------------------------------------------------------------------------------------------------ time stands still

    /// @dev A pause never eats the users' time to leave: nor does the change run out meanwhile.
    function test_scheduled_standsStillInAPause() public {
        setDelay(DELAY);
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        skip(1 days);
        pause(2 days);
        skip(1 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -2 days);
        skip(1 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -2 days);
        vm.warp(NOW + DELAY + 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.execute(approval);
        vm.warp(NOW + DELAY + 2 days);
        registry.execute(approval);
    }

    function test_scheduled_graceStandsStillInAPause() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        vm.warp(NOW + GRACE - 1);
        pause(7 days);
        vm.warp(NOW + GRACE + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.execute(approval);
        vm.warp(NOW + GRACE + 7 days);
        registry.execute(approval);
    }

    /// @dev What passed of a pause before the scheduling is no gain.
    function test_scheduled_inTheMiddleOfAPause() public {
        pause(4 days);
        skip(1 days);
        bytes32 digest = schedule(approvalOf(address(target)));
        skip(2 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
        skip(2 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 1 days);
    }

    function test_scheduled_afterAPauseCountsInFull() public {
        pause(4 days);
        skip(5 days);
        bytes32 digest = schedule(approvalOf(address(target)));
        skip(2 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 2 days);
    }

    /// @dev Two pauses while it waits, the first ended by the signers.
    function test_scheduled_standsStillInEveryPause() public {
        setDelay(30 days);
        bytes32 digest = schedule(approvalOf(address(target)));
        pause(7 days);
        skip(3 days);
        unpause();
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -30 days);
        vm.warp(NOW + 30 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -3 days);
        pause(7 days);
        vm.warp(NOW + 40 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
    }

    /// @dev A rotation's time runs on, so no guardian holds his successor up.
    function test_scheduled_rotationRunsOnInAPause() public {
        setDelay(DELAY);
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = scheduleRotation(rotation);
        pause(7 days);
        skip(1 days);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -2 days);
        vm.warp(NOW + DELAY + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.executeRotation(rotation);
    }

    /// @dev However pauses and scheduling lie: unpaused seconds, counted one way here and another way there.
    function testFuzz_scheduled_countsUnpausedTime(uint32 begun, uint24 duration, uint32 endedAfter, uint32 passed)
        public
    {
        begun = begun % 20 days;
        duration = duration % (7 days + 1);
        passed = passed % 50 days;
        endedAfter = endedAfter % 10 days;
        pause(duration);
        uint256 end = NOW + duration;
        if (begun < endedAfter && endedAfter < duration) {
            // Scheduled first, unpaused later.
            vm.warp(NOW + begun);
            bytes32 early = schedule(approvalOf(address(target)));
            vm.warp(NOW + endedAfter);
            unpause();
            vm.warp(NOW + endedAfter + passed);
            assertScheduled(early, IRegistryTypes.Status.Waiting, int256(uint256(passed)));
            return;
        }
        if (endedAfter < duration) {
            vm.warp(NOW + endedAfter);
            unpause();
            end = NOW + endedAfter;
        }
        vm.warp(NOW + begun);
        bytes32 digest = schedule(approvalOf(address(target)));
        uint256 from = NOW + begun > end ? NOW + begun : end;
        uint256 now_ = NOW + begun + passed;
        vm.warp(now_);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, int256(now_ > from ? now_ - from : 0));
    }

    // ------------------------------------------------------------------------------------------------------ unpausing

    function test_unpause_endsItAndMovesNoVersion() public {
        pause(7 days);
        skip(1 days);
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        bytes32 digest = digestOf(message);
        bytes memory signatures = quorum(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Unpaused(address(target), 1, digest);
        vm.prank(stranger);
        registry.unpause(message, signatures);
        assertPause(1, NOW, NOW + 1 days);
        vm.assertEq(versionOf(address(target)), 2);
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
    }

    /// @dev Within the second in which it began, too.
    function test_unpause_atOnce() public {
        pause(7 days);
        unpause();
        assertPause(1, NOW, NOW);
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        registry.finalize(approval, sign(approval, 6));
    }

    /// @dev I3.
    function test_unpause_revertsTheSecondTimeAndWhereNothingIsPaused() public {
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordNotPaused.selector, address(target)));
        registry.unpause(message, signatures);

        pause(7 days);
        message = unpauseOf(address(target));
        signatures = quorum(digestOf(message));
        registry.unpause(message, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordNotPaused.selector, address(target)));
        registry.unpause(message, signatures);
    }

    function test_unpause_untilItEndsByItself() public {
        pause(1 days);
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        vm.warp(NOW + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordNotPaused.selector, address(target)));
        registry.unpause(message, signatures);
        vm.warp(NOW + 1 days - 1);
        registry.unpause(message, signatures);
    }

    /// @dev Signed for one pause, it ends no later one.
    function test_unpause_isForOnePause() public {
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        message.pauseNumber = 1;
        message.deadline = uint64(NOW + 30 days);
        bytes memory signatures = quorum(digestOf(message));
        pause(1);
        vm.warp(NOW + 30 days);
        pause(7 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseNumberMismatch.selector, address(target), 1, 2));
        registry.unpause(message, signatures);
        message.pauseNumber = 3;
        signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.PauseNumberMismatch.selector, address(target), 3, 2));
        registry.unpause(message, signatures);
    }

    /// @dev The version is bound, so what former signers signed is dead.
    function test_unpause_revertsForFormerSigners() public {
        pause(7 days);
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        rotate(rotationOf(address(target)));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.unpause(message, signatures);
        unpause();
    }

    function test_unpause_needsTheQuorumInTime() public {
        pause(7 days);
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = signBy(digestOf(message), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.unpause(message, signatures);
        message.deadline = uint64(NOW - 1);
        signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, NOW - 1, NOW));
        registry.unpause(message, signatures);
        message.deadline = uint64(NOW + 30 days + 1);
        signatures = quorum(digestOf(message));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, NOW + 30 days + 1, NOW + 30 days)
        );
        registry.unpause(message, signatures);
    }

    function test_unpause_revertsForUnregistered() public {
        IRegistryTypes.Unpause memory message = unpauseOf(stranger);
        bytes memory signatures = quorum(digestOf(message));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.unpause(message, signatures);
    }

    function test_unpause_revertsForARejectedMessage() public {
        pause(7 days);
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        bytes32 digest = digestOf(message);
        bytes memory signatures = signBy(digest, keys, 9);
        reject(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4));
        registry.unpause(message, signatures);
    }

    /// @dev I8.
    function test_unpause_refusesEveryChangedField() public {
        setOtherDelay(0);
        pause(7 days);
        pauseOther(7 days);
        IRegistryTypes.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        for (uint256 i = 0; i < 4; ++i) {
            IRegistryTypes.Unpause memory changed = unpauseOf(address(target));
            if (i == 0) changed.contractAddress = address(other);
            if (i == 1) changed.version += 1;
            if (i == 2) changed.pauseNumber += 1;
            if (i == 3) changed.deadline += 1;
            vm.expectPartialRevert(
                i == 1 ? IRegistryTypes.VersionMismatch.selector : IRegistryTypes.SignerUnknown.selector
            );
            registry.unpause(changed, signatures);
        }
        registry.unpause(message, signatures);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function assertPause(uint256 number, uint256 from, uint256 until) private view {
        IRegistryTypes.Pause memory found = registry.pauseOf(address(target));
        vm.assertEq(uint256(found.number), number);
        vm.assertEq(uint256(found.from), from);
        vm.assertEq(uint256(found.until), until);
    }
}
