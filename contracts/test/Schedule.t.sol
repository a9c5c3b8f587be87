// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {Target} from "./base/RegistryTest.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Delays of one record, of several, and of rotations; and what a guardian cancels.
contract ScheduleTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(DELAY);
    }

    // ------------------------------------------------------------------------------------------------------- one record

    function test_finalize_revertsWhereThereIsADelay() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        registry.finalize(approval, signatures);
    }

    function test_schedule_tellsTheApprovalAndMovesNothing() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes32 digest = digestOf(approval);
        bytes memory signatures = quorum(digest);
        bytes32 before = stateOf(address(target));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.ApprovalScheduled(digest, approval);
        registry.schedule(approval, signatures);
        vm.assertEq(stateOf(address(target)), before);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -int256(uint256(DELAY)));
    }

    function test_scheduled_isNothingBefore() public view {
        assertScheduled(digestOf(approvalOf(address(target))), IRegistryTypes.Status.None, 0);
    }

    /// @dev I13: both steps.
    function testFuzz_schedule_anyoneMaySendBothSteps(address sender, address second) public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        vm.prank(sender);
        registry.schedule(approval, signatures);
        skip(DELAY);
        vm.prank(second);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev I11, to the second: not before the delay, not after the grace.
    function test_execute_fromRipeUntilTheGraceEnds() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        uint256 start = vm.getBlockTimestamp();
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, -int256(uint256(DELAY))));
        registry.execute(approval);
        vm.warp(start + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.execute(approval);
        vm.warp(start + DELAY + GRACE + 1);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, int256(GRACE + 1));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.execute(approval);

        vm.warp(start + DELAY + GRACE);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_execute_whenRipe() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev I7: the calls run at execute, once.
    function test_execute_changesTheRecordAndMakesTheCalls() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("a")));
        bytes32 digest = schedule(approval);
        vm.assertEq(target.calls(), 0);
        skip(DELAY);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Executed(digest);
        registry.execute(approval);
        vm.assertEq(target.calls(), 1);
        IRegistryTypes.Record memory record = registry.record(address(target));
        vm.assertEq(record.contractHash, NEXT_HASH);
        vm.assertEq(record.contractLink, NEXT_LINK);
        assertScheduled(digest, IRegistryTypes.Status.Executed, 0);
    }

    function test_execute_tellsWhatChanged() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        IRegistryTypes.Upgrade memory upgrade = approval.upgrades[0];
        upgrade.code = codeOf(address(target));
        bytes32 digest = schedule(approval);
        skip(DELAY);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.RecordChanged(
            address(target), NEXT_HASH, digest, 3, NEXT_LINK, upgrade.buildHash, upgrade.code
        );
        registry.execute(approval);
    }

    /// @dev The code is looked at when it counts.
    function test_execute_revertsForCodeThatChangedMeanwhile() public {
        Target implementation = new Target(address(this));
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(address(implementation));
        bytes32 expected = approval.upgrades[0].code[0].codeHash;
        bytes32 digest = schedule(approval);
        skip(DELAY);
        vm.etch(address(implementation), hex"00");
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.CodeMismatch.selector, address(implementation), keccak256(hex"00"), expected
            )
        );
        registry.execute(approval);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
    }

    /// @dev I6: a call that fails leaves it waiting, and it can be tried again within its time.
    function test_execute_isAllOrNothing() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls = callsOf(address(0xF1), hex"01");
        bytes32 digest = schedule(approval);
        skip(DELAY);
        bytes32 before = governedStateOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CallToNoCode.selector, address(0xF1)));
        registry.execute(approval);
        vm.assertEq(governedStateOf(address(target)), before);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
        vm.etch(address(0xF1), hex"00");
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_execute_revertsForWhatWasNeverScheduled() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes32 digest = digestOf(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.execute(approval);
        approval.upgrades = new IRegistryTypes.Upgrade[](0);
        digest = digestOf(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.execute(approval);
    }

    /// @dev I3.
    function test_execute_revertsTheSecondTime() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.execute(approval);
    }

    /// @dev The deadline binds the signatures at schedule, not the change at execute.
    function test_schedule_atTheDeadlineAndNotAfter() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.deadline = uint64(vm.getBlockTimestamp());
        bytes memory signatures = sign(approval, 6);
        skip(1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, approval.deadline, approval.deadline + 1)
        );
        registry.schedule(approval, signatures);
        vm.warp(approval.deadline);
        registry.schedule(approval, signatures);
        skip(DELAY);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_schedule_refusesDeadlinesMoreThanThirtyDaysAhead() public {
        uint256 latest = vm.getBlockTimestamp() + 30 days;
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.deadline = uint64(latest + 1);
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, latest + 1, latest));
        registry.schedule(approval, signatures);
        approval.deadline = uint64(latest);
        schedule(approval);
    }

    function test_schedule_revertsBelowTheQuorum() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.schedule(approval, signatures);
    }

    function test_schedule_revertsForOtherVersionsAndUnregistered() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].version = 4;
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 4, 3));
        registry.schedule(approval, signatures);
        approval = approvalOf(stranger);
        signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.schedule(approval, signatures);
    }

    function test_schedule_revertsWithoutUpgradesAndForOneContractTwice() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.upgrades = new IRegistryTypes.Upgrade[](0);
        vm.expectRevert(IRegistryTypes.NoRecords.selector);
        registry.schedule(approval, "");
        approval = approvalOfBoth();
        approval.upgrades[1] = approval.upgrades[0];
        bytes memory signatures = bothQuorums(digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DuplicateContract.selector, address(target)));
        registry.schedule(approval, signatures);
    }

    // ------------------------------------------------------------------------------------------------- dead digests

    /// @dev Waiting, cancelled, expired: nothing that was scheduled is scheduled again, nor finalized, nor revoked.
    function test_schedule_noneIsScheduledTwice() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        assertDead(approval, IRegistryTypes.Status.Waiting);
        skip(DELAY + GRACE + 1);
        approval.deadline = uint64(vm.getBlockTimestamp());
        digest = schedule(approval);
        cancel(digest);
        assertDead(approval, IRegistryTypes.Status.Cancelled);
        assertScheduled(digest, IRegistryTypes.Status.Cancelled, 0);
    }

    function test_schedule_expiredIsNotScheduledAgain() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.deadline = uint64(vm.getBlockTimestamp() + 30 days);
        schedule(approval);
        skip(DELAY + GRACE + 1);
        assertDead(approval, IRegistryTypes.Status.Waiting);
    }

    /// @dev Where there is no delay, what was scheduled all the same is executed and not finalized.
    function test_finalize_revertsForWhatWasScheduled() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(other));
        bytes memory signatures = otherQuorum(digestOf(approval));
        registry.schedule(approval, signatures);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.AlreadyScheduled.selector, digestOf(approval), IRegistryTypes.Status.Waiting
            )
        );
        registry.finalize(approval, signatures);
        registry.execute(approval);
        vm.assertEq(versionOf(address(other)), 2);
    }

    /// @dev Cancelled is dead, though the record has no delay and the signatures are good.
    function test_finalize_revertsForWhatWasCancelled() public {
        IRegistryTypes.Rotation memory guarded = rotationOf(address(other));
        guarded.guardian = guardian;
        rotateOther(guarded);
        IRegistryTypes.Approval memory approval = approvalOf(address(other));
        bytes32 digest = digestOf(approval);
        bytes memory signatures = otherQuorum(digest);
        registry.schedule(approval, signatures);
        vm.prank(guardian);
        registry.cancel(digest, address(other));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.finalize(approval, signatures);
    }

    /// @dev Several wait for one version: the first to execute voids the rest.
    function test_execute_theFirstVoidsTheRest() public {
        IRegistryTypes.Approval memory first = approvalNumbered(address(target), 1);
        IRegistryTypes.Approval memory second = approvalNumbered(address(target), 2);
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        schedule(first);
        schedule(second);
        scheduleRotation(rotation);
        skip(DELAY);
        registry.execute(second);
        vm.assertEq(registry.record(address(target)).contractHash, second.upgrades[0].contractHash);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.execute(first);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.executeRotation(rotation);
    }

    /// @dev I10, R88.
    function test_executeRotation_voidsWhatWasScheduled() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 0;
        schedule(approval);
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.execute(approval);
    }

    // ----------------------------------------------------------------------------------------------- several records

    function test_finalize_revertsIfAnyRecordHasADelay() public {
        IRegistryTypes.Approval memory approval = approvalOfBoth();
        bytes memory signatures = bothQuorums(digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        registry.finalize(approval, signatures);
    }

    /// @dev The slack is the smallest over the records: the longest delay rules begin and end.
    function test_execute_waitsForTheLongestDelay() public {
        setOtherDelay(10 days);
        (IRegistryTypes.Approval memory approval, bytes32 digest) = scheduleBoth();
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
        second = second % (30 days + 1);
        passed = passed % 90 days;
        redelay(first);
        setOtherDelay(second);
        (IRegistryTypes.Approval memory approval, bytes32 digest) = scheduleBoth();
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
        IRegistryTypes.Approval memory approval = approvalOfBoth();
        bytes memory signatures = quorum(digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(other), 0, 2));
        registry.schedule(approval, signatures);
    }

    function test_cancel_oneRecordsGuardianStopsTheWhole() public {
        setOtherDelay(1);
        (IRegistryTypes.Approval memory approval, bytes32 digest) = scheduleBoth();
        vm.prank(address(0x07E6));
        registry.cancel(digest, address(other));
        skip(DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.execute(approval);
    }

    function test_reject_oneRecordsQuorumStopsTheWhole() public {
        (IRegistryTypes.Approval memory approval, bytes32 digest) = scheduleBoth();
        rejectByOthers(digest, 2);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(other), 2));
        registry.execute(approval);
    }

    /// @dev Rejections are counted for each record by itself: three of nine and one of three are no quorum.
    function test_reject_recordsAreNotAddedUp() public {
        (IRegistryTypes.Approval memory approval, bytes32 digest) = scheduleBoth();
        reject(digest, 3);
        rejectByOthers(digest, 1);
        skip(DELAY);
        registry.execute(approval);
        vm.assertEq(versionOf(address(other)), 2);
    }

    /// @dev A change of one record voids what waits for several.
    function test_execute_revertsWhereOneRecordMoved() public {
        (IRegistryTypes.Approval memory approval,) = scheduleBoth();
        IRegistryTypes.Approval memory alone = approvalOf(address(other));
        registry.finalize(alone, otherQuorum(digestOf(alone)));
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(other), 2, 3));
        registry.execute(approval);
    }

    /// @dev The number of records is kept in a byte.
    function test_schedule_takesNoMoreThan255Records() public {
        address[] memory one = listOf(others[0]);
        IRegistryTypes.Approval memory approval = approvalOf(address(other));
        IRegistryTypes.Upgrade[] memory upgrades = new IRegistryTypes.Upgrade[](256);
        for (uint256 i = 0; i < 256; ++i) {
            address contractAddress = address(uint160(0x10000 + i));
            vm.etch(contractAddress, hex"00");
            vm.prank(contractAddress);
            register(contractAddress, one, 1);
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
        registry.execute(approval);
        vm.assertEq(versionOf(upgrades[254].contractAddress), 2);
    }

    // ----------------------------------------------------------------------------------------------------- rotations

    function test_scheduleRotation_tellsItAndMovesNothing() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 0;
        bytes32 digest = digestOf(rotation);
        bytes memory signatures = quorum(digest);
        bytes32 before = stateOf(address(target));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.RotationScheduled(digest, rotation);
        registry.scheduleRotation(rotation, signatures);
        vm.assertEq(stateOf(address(target)), before);
        vm.assertEq(uint256(registry.rulesOf(address(target)).delay), DELAY);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -int256(uint256(DELAY)));
    }

    /// @dev R87: a delay is not lowered at once.
    function test_executeRotation_fromRipeUntilTheGraceEnds() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 0;
        bytes32 digest = scheduleRotation(rotation);
        uint256 start = vm.getBlockTimestamp();
        vm.warp(start + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.executeRotation(rotation);
        vm.warp(start + DELAY + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.executeRotation(rotation);
        vm.warp(start + DELAY + GRACE);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Executed(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Rotated(address(target), digest, rotation);
        registry.executeRotation(rotation);
        vm.assertEq(uint256(registry.rulesOf(address(target)).delay), 0);
        assertScheduled(digest, IRegistryTypes.Status.Executed, 0);
    }

    function test_executeRotation_whenRipeByAnyone() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        skip(DELAY);
        vm.prank(stranger);
        registry.executeRotation(rotation);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_scheduleRotation_needsTheQuorumInTime() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = signBy(digestOf(rotation), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.scheduleRotation(rotation, signatures);
        signatures = quorum(digestOf(rotation));
        vm.warp(rotation.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, rotation.deadline, rotation.deadline + 1)
        );
        registry.scheduleRotation(rotation, signatures);
    }

    function test_scheduleRotation_noneIsScheduledTwice() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = scheduleRotation(rotation);
        bytes memory signatures = quorum(digest);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, IRegistryTypes.Status.Waiting)
        );
        registry.scheduleRotation(rotation, signatures);
    }

    function test_executeRotation_revertsForWhatWasNeverScheduled() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = digestOf(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.executeRotation(rotation);
        rotation.contractAddress = stranger;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.executeRotation(rotation);
    }

    /// @dev What could never be a council is refused when it would become one, and blocks nothing.
    function test_executeRotation_refusesImpossibleSigners() public {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.minSignatures = 10;
        bytes32 digest = scheduleRotation(rotation);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.MinSignaturesInvalid.selector, 10, 9));
        registry.executeRotation(rotation);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
        rotation = rotationOf(address(target));
        rotation.delay = 30 days + 1;
        scheduleRotation(rotation);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayTooLong.selector, 30 days + 1, 30 days));
        registry.executeRotation(rotation);
    }

    // -------------------------------------------------------------------------------------------------------- cancel

    function test_cancel_tellsWho() public {
        bytes32 digest = schedule(approvalOf(address(target)));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Cancelled(digest, address(target), guardian);
        vm.prank(guardian);
        registry.cancel(digest, address(target));
    }

    /// @dev R87: cancelled is final.
    function test_cancel_isFinal() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
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
        IRegistryTypes.Approval memory approval = approvalOf(address(other));
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
        IRegistryTypes.Approval memory approval = approvalOf(address(other));
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
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
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
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
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
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        bytes32 digest = scheduleRotation(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RotationProtected.selector, address(target)));
        vm.prank(guardian);
        registry.cancel(digest, address(target));
        skip(DELAY);
        registry.executeRotation(rotation);
        cancel(scheduleRotation(rotationOf(address(target))));
    }

    /// @dev Two rotations wait: he cancels one, the other comes.
    function test_cancel_oneOfTwoRotationsThatWait() public {
        IRegistryTypes.Rotation memory first = rotationOf(address(target));
        IRegistryTypes.Rotation memory second = rotationOf(address(target));
        second.guardian = address(0);
        bytes32 digest = scheduleRotation(first);
        bytes32 next = scheduleRotation(second);
        cancel(digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RotationProtected.selector, address(target)));
        vm.prank(guardian);
        registry.cancel(next, address(target));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function redelay(uint32 delay) private {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = delay;
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
    }

    function assertDead(IRegistryTypes.Approval memory approval, IRegistryTypes.Status status) private {
        bytes32 digest = digestOf(approval);
        bytes memory signatures = quorum(digest);
        bytes memory reason = abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, status);
        vm.expectRevert(reason);
        registry.schedule(approval, signatures);
        vm.expectRevert(reason);
        registry.finalize(approval, signatures);
        vm.expectRevert(reason);
        vm.prank(signers[0]);
        registry.revoke(address(target), digest);
    }
}
