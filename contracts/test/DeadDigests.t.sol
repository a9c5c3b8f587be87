// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What was scheduled once is carried out or dead, never scheduled again.
contract DeadDigestsTest is GovernanceTest {
    function setUp() public override {
        super.setUp();
        setDelay(DELAY);
    }

    /// @dev Waiting, cancelled, expired: nothing that was scheduled is scheduled again, nor finalized, nor revoked.
    function test_schedule_noneIsScheduledTwice() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.deadline = uint64(vm.getBlockTimestamp() + 30 days);
        schedule(approval);
        skip(DELAY + GRACE + 1);
        assertDead(approval, IRegistryTypes.Status.Waiting);
    }

    /// @dev Where there is no delay, nothing is scheduled: signatures are public, and what somebody scheduled with them
    /// would outlive its deadline, and could no longer be revoked.
    function test_schedule_revertsWhereThereIsNoDelay() public {
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        bytes memory signatures = otherQuorum(digestOf(approval));
        vm.expectRevert(IRegistryTypes.DelayNotNeeded.selector);
        registry.schedule(approval, signatures);
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        bytes memory rotationSignatures = otherQuorum(digestOf(rotation));
        vm.expectRevert(IRegistryTypes.DelayNotNeeded.selector);
        registry.scheduleRotation(rotation, rotationSignatures);
        registry.finalize(approval, signatures);
        vm.assertEq(versionOf(address(other)), 2);
    }

    /// @dev Several wait for one version: the first to execute voids the rest.
    function test_execute_theFirstVoidsTheRest() public {
        ITypedMessages.Approval memory first = approvalNumbered(address(target), 1);
        ITypedMessages.Approval memory second = approvalNumbered(address(target), 2);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
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
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = 0;
        schedule(approval);
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.execute(approval);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function assertDead(ITypedMessages.Approval memory approval, IRegistryTypes.Status status) private {
        bytes32 digest = digestOf(approval);
        bytes memory signatures = quorum(digest);
        bytes memory reason = abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, status);
        vm.expectRevert(reason);
        registry.schedule(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        registry.finalize(approval, signatures);
        vm.expectRevert(reason);
        vm.prank(signers[0]);
        registry.revoke(address(target), digest);
    }
}
