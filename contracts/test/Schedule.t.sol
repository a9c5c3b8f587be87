// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Target} from "./base/RegistryTest.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice The delay of one record: schedule, then execute.
contract ScheduleTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(DELAY);
    }

    function test_finalize_revertsWhereThereIsADelay() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        registry.finalize(approval, signatures);
    }

    function test_schedule_tellsTheApprovalAndMovesNothing() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev I7: the calls run at execute, once.
    function test_execute_changesTheRecordAndMakesTheCalls() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Upgrade memory upgrade = approval.upgrades[0];
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = digestOf(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.execute(approval);
        approval.upgrades = new ITypedMessages.Upgrade[](0);
        digest = digestOf(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.execute(approval);
    }

    /// @dev I3.
    function test_execute_revertsTheSecondTime() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        schedule(approval);
        skip(DELAY);
        registry.execute(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.execute(approval);
    }

    /// @dev The deadline binds the signatures at schedule, not the change at execute.
    function test_schedule_atTheDeadlineAndNotAfter() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.deadline = uint64(latest + 1);
        bytes memory signatures = sign(approval, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, latest + 1, latest));
        registry.schedule(approval, signatures);
        approval.deadline = uint64(latest);
        schedule(approval);
    }

    function test_schedule_revertsBelowTheQuorum() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.schedule(approval, signatures);
    }

    function test_schedule_revertsForOtherVersionsAndUnregistered() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades = new ITypedMessages.Upgrade[](0);
        vm.expectRevert(IRegistryTypes.NoRecords.selector);
        registry.schedule(approval, "");
        approval = approvalOfBoth();
        approval.upgrades[1] = approval.upgrades[0];
        bytes memory signatures = bothQuorums(digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DuplicateContract.selector, address(target)));
        registry.schedule(approval, signatures);
    }
}
