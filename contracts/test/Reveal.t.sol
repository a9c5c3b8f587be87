// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Target} from "./base/RegistryTest.sol";
import {CommitRevealTest} from "./base/CommitRevealTest.sol";
import {TypedData} from "./base/TypedData.sol";
import {vm} from "./base/Vm.sol";

/// @notice Fixes that nobody could read before: revealed and carried out in one step.
contract RevealTest is CommitRevealTest {
    /// @dev By anyone who has both.
    function test_reveal_changesTheRecordAndMakesTheCalls() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("fixed")));
        ITypedMessages.Commitment memory commitment = commitTo(approval);
        skip(DELAY);
        bytes32 digest = digestOf(commitment);
        bytes32 approvalDigest = digestOf(approval);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Executed(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.RecordChanged(
            address(target),
            NEXT_HASH,
            approvalDigest,
            3,
            NEXT_LINK,
            approval.upgrades[0].buildHash,
            approval.upgrades[0].code
        );
        vm.prank(stranger);
        registry.reveal(commitment, approval, SALT, none());
        vm.assertEq(registry.record(address(target)).contractHash, NEXT_HASH);
        vm.assertEq(target.calls(), 1);
        assertScheduled(digest, IRegistryTypes.Status.Executed, 0);
    }

    function test_reveal_severalRecords() public {
        optOthersIn();
        ITypedMessages.Approval memory approval = approvalOfBoth();
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        registry.commit(commitment, bothQuorums(digestOf(commitment)));
        skip(DELAY);
        registry.reveal(commitment, approval, SALT, none());
        vm.assertEq(versionOf(address(target)), 3);
        vm.assertEq(versionOf(address(other)), 3);
    }

    /// @dev I15: from ripe until the grace ends, and void after that.
    function test_reveal_fromRipeUntilTheGraceEnds() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        bytes32 digest = digestOf(commitment);
        vm.warp(NOW + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.reveal(commitment, approval, SALT, none());
        vm.warp(NOW + DELAY + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.reveal(commitment, approval, SALT, none());
        vm.warp(NOW + DELAY + GRACE);
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev Fourteen days where the delay is zero, too.
    function test_reveal_withoutDelayFromAtOnceUntilTheGraceEnds() public {
        optOthersIn();
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        bytes32 digest = digestOf(commitment);
        registry.commit(commitment, otherQuorum(digest));
        vm.warp(NOW + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.reveal(commitment, approval, SALT, none());
        vm.warp(NOW + GRACE);
        registry.reveal(commitment, approval, SALT, none());

        approval = approvalOf(address(other));
        commitment = commitmentOf(approval, SALT);
        registry.commit(commitment, otherQuorum(digestOf(commitment)));
        registry.reveal(commitment, approval, SALT, none());
        vm.assertEq(versionOf(address(other)), 4);
    }

    /// @dev The Commitment's deadline bound it when it was committed; the approval's own is not looked at.
    function test_reveal_afterBothDeadlines() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.deadline = 1;
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        commitment.deadline = uint64(NOW);
        registry.commit(commitment, quorum(digestOf(commitment)));
        skip(DELAY);
        registry.reveal(commitment, approval, SALT, none());
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev R91: what is revealed is what was signed.
    function test_reveal_revertsForAnotherApprovalOrSalt() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        skip(DELAY);
        bytes32 salt = keccak256("another salt");
        bytes32 found = keccak256(abi.encode(TypedData.hash(approval), salt));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.CommitmentMismatch.selector, commitment.commitment, found)
        );
        registry.reveal(commitment, approval, salt, none());
        approval.upgrades[0].contractHash = keccak256("another hash");
        found = keccak256(abi.encode(TypedData.hash(approval), SALT));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.CommitmentMismatch.selector, commitment.commitment, found)
        );
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev Who only copies what he sees has no signatures: a commitment of his own was never committed.
    function test_reveal_revertsForWhatWasNeverCommitted() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        skip(DELAY);
        commitment.deadline += 1;
        bytes32 digest = digestOf(commitment);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev Guardians and signers of a hidden record could not have stopped it: contracts and versions must be equal.
    function test_reveal_revertsForOtherContractsOrVersions() public {
        optOthersIn();
        ITypedMessages.Approval memory approval = approvalOfBoth();
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        commitment.contracts = listOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitmentLengths.selector, 1, 2));
        registry.reveal(commitment, approval, SALT, none());

        commitment = commitmentOf(approval, SALT);
        commitment.contracts = swapped(commitment.contracts, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.CommitmentOfOtherRecord.selector, address(target), 3, address(other), 3
            )
        );
        registry.reveal(commitment, approval, SALT, none());

        commitment = commitmentOf(approval, SALT);
        commitment.contracts[1] = stranger;
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.CommitmentOfOtherRecord.selector,
                address(other),
                approval.upgrades[1].version,
                stranger,
                approval.upgrades[1].version
            )
        );
        registry.reveal(commitment, approval, SALT, none());

        commitment = commitmentOf(approval, SALT);
        commitment.versions[1] += 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.CommitmentOfOtherRecord.selector,
                address(other),
                approval.upgrades[1].version,
                address(other),
                approval.upgrades[1].version + 1
            )
        );
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev I15: at most once.
    function test_reveal_revertsTheSecondTime() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        skip(DELAY);
        registry.reveal(commitment, approval, SALT, none());
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.reveal(commitment, approval, SALT, none());
    }

    function test_reveal_revertsWhilePaused() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        skip(DELAY);
        pause(1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + DELAY + 1 days)
        );
        registry.reveal(commitment, approval, SALT, none());
        assertScheduled(digestOf(commitment), IRegistryTypes.Status.Waiting, 0);
        skip(1 days + 5);
        assertScheduled(digestOf(commitment), IRegistryTypes.Status.Waiting, 5);
        registry.reveal(commitment, approval, SALT, none());
    }

    function test_reveal_revertsForWhatWasCancelledOrRejected() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        bytes32 digest = digestOf(commitment);
        skip(DELAY);
        reject(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4));
        registry.reveal(commitment, approval, SALT, none());
        cancel(digest);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev I10.
    function test_reveal_revertsAfterARotation() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev What the signers rejected in the open does not come by way of a commitment.
    function test_reveal_revertsForARejectedApproval() public {
        (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment) = commit();
        bytes32 digest = digestOf(approval);
        reject(digest, 4);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4));
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev Nor what those of any of its records rejected.
    function test_reveal_revertsForAnApprovalThatOthersRejected() public {
        optOthersIn();
        ITypedMessages.Approval memory approval = approvalOfBoth();
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        registry.commit(commitment, bothQuorums(digestOf(commitment)));
        bytes32 digest = digestOf(approval);
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        registry.reject(address(other), rejection, signBy(digestOf(rejection), otherKeys, 2));
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(other), 2, 2));
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev Nor what the guardian cancelled.
    function test_reveal_revertsForACancelledApproval() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = schedule(approval);
        cancel(digest);
        ITypedMessages.Commitment memory commitment = commitTo(approval);
        skip(DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.reveal(commitment, approval, SALT, none());
    }

    function test_reveal_revertsForFewerVersions() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        commitment.versions = new uint64[](0);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitmentLengths.selector, 0, 1));
        registry.reveal(commitment, approval, SALT, none());
    }
}
