// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {CommitRevealTest} from "./base/CommitRevealTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Fixes that nobody can read before they are live: what is committed.
contract CommitTest is CommitRevealTest {
    function test_commit_tellsTheCommitmentAndMovesNothing() public {
        ITypedMessages.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
        bytes32 digest = digestOf(commitment);
        bytes memory signatures = quorum(digest);
        bytes32 before = stateOf(address(target));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.CommitmentScheduled(digest, commitment);
        registry.commit(commitment, signatures);
        vm.assertEq(stateOf(address(target)), before);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -int256(uint256(DELAY)));
    }

    function test_commit_revertsUnlessEveryRecordOptedIn() public {
        ITypedMessages.Commitment memory commitment = commitmentOf(approvalOfBoth(), SALT);
        bytes memory signatures = bothQuorums(digestOf(commitment));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitRevealRefused.selector, address(other)));
        registry.commit(commitment, signatures);
        optOthersIn();
        commitment = commitmentOf(approvalOfBoth(), SALT);
        registry.commit(commitment, bothQuorums(digestOf(commitment)));
    }

    function test_commit_needsTheQuorumInTime() public {
        ITypedMessages.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
        bytes memory signatures = signBy(digestOf(commitment), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.commit(commitment, signatures);
        commitment.deadline = uint64(NOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, NOW - 1, NOW));
        registry.commit(commitment, signatures);
        commitment.deadline = uint64(NOW + 30 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, NOW + 30 days + 1, NOW + 30 days)
        );
        registry.commit(commitment, signatures);
    }

    function test_commit_revertsForMalformedLists() public {
        ITypedMessages.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
        commitment.versions = new uint64[](2);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitmentLengths.selector, 1, 2));
        registry.commit(commitment, "");
        commitment.versions = new uint64[](0);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitmentLengths.selector, 1, 0));
        registry.commit(commitment, "");
        commitment.contracts = new address[](0);
        vm.expectRevert(IRegistryTypes.NoRecords.selector);
        registry.commit(commitment, "");
        commitment.contracts = new address[](2);
        commitment.versions = new uint64[](2);
        (commitment.contracts[0], commitment.contracts[1]) = (address(target), address(target));
        (commitment.versions[0], commitment.versions[1]) = (3, 3);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DuplicateContract.selector, address(target)));
        registry.commit(commitment, "");
    }

    function test_commit_revertsForOtherVersionsAndUnregistered() public {
        ITypedMessages.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
        commitment.versions[0] = 2;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 2, 3));
        registry.commit(commitment, "");
        commitment.contracts[0] = stranger;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.commit(commitment, "");
    }

    /// @dev S62: who signed the approval itself did not sign to hide it; and the other way round.
    function test_commit_andFinalizeRefuseEachOthersSignatures() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        bytes memory signatures = quorum(digestOf(approval));
        vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
        registry.commit(commitment, signatures);
        signatures = quorum(digestOf(commitment));
        vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
        registry.schedule(approval, signatures);
    }

    /// @dev I8.
    function test_commit_refusesEveryChangedField() public {
        optOthersIn();
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = quorum(digestOf(commitmentOf(approval, SALT)));
        for (uint256 i = 0; i < 4; ++i) {
            ITypedMessages.Commitment memory changed = commitmentOf(approval, SALT);
            if (i == 0) (changed.contracts[0], changed.versions[0]) = (address(other), 3);
            if (i == 1) changed.versions[0] += 1;
            if (i == 2) changed.commitment = ~changed.commitment;
            if (i == 3) changed.deadline += 1;
            vm.expectPartialRevert(
                i == 1 ? IRegistryTypes.VersionMismatch.selector : IRegistryTypes.SignerUnknown.selector
            );
            registry.commit(changed, signatures);
        }
    }

    function test_commit_noneIsCommittedTwice() public {
        (, ITypedMessages.Commitment memory commitment) = commit();
        bytes32 digest = digestOf(commitment);
        bytes memory signatures = quorum(digest);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, IRegistryTypes.Status.Waiting)
        );
        registry.commit(commitment, signatures);
    }

    /// @dev Like scheduling: a pause holds up what happens, not what begins to wait.
    function test_commit_worksWhilePaused() public {
        pause(7 days);
        (, ITypedMessages.Commitment memory commitment) = commit();
        assertScheduled(digestOf(commitment), IRegistryTypes.Status.Waiting, -int256(uint256(DELAY)));
    }
}
