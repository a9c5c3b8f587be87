// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {PendingAuthorityTest} from "./base/PendingAuthorityTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice A contract in the signers' place.
contract AuthorityTest is PendingAuthorityTest {
    // ------------------------------------------------------------------------------------------------------ accepting

    function test_acceptAuthority_movesTheVersionOnly() public {
        IRegistryTypes.Rules memory before = registry.rulesOf(address(target));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.AuthorityAccepted(address(target), address(authority), 3);
        accept();
        vm.assertEq(versionOf(address(target)), 3);
        before.accepted = true;
        vm.assertEq(keccak256(abi.encode(registry.rulesOf(address(target)))), keccak256(abi.encode(before)));
        IRegistryTypes.Record memory record = registry.record(address(target));
        vm.assertEq(record.signers, signers);
        vm.assertEq(record.contractHash, HASH);
    }

    /// @dev Until it accepts, the signers of the same rotation rule, and it does not.
    function test_pending_theSignersRule() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        vm.prank(address(authority));
        registry.finalize(approval, "");
        registry.finalize(approval, sign(approval, 6));
        // It stays pending, whatever the signers do, until another rotation.
        accept();
    }

    function test_acceptAuthority_revertsForWhomTheLastRotationDidNotName() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.authority = stranger;
        rotate(rotation);
        expectNotPending(address(target), address(authority), stranger);
        vm.prank(address(authority));
        registry.acceptAuthority(address(target));
        rotation = rotationOf(address(target));
        rotation.authority = address(0);
        rotate(rotation);
        expectNotPending(address(target), stranger, address(0));
        vm.prank(stranger);
        registry.acceptAuthority(address(target));
    }

    /// @dev I13, R93.
    function testFuzz_acceptAuthority_revertsForAllOthers(address sender) public {
        vm.assume(sender != address(authority));
        expectNotPending(address(target), sender, address(authority));
        vm.prank(sender);
        registry.acceptAuthority(address(target));
    }

    function test_acceptAuthority_revertsWhereNoneIsNamedOrRegistered() public {
        expectNotPending(address(other), address(0), address(0));
        vm.prank(address(0));
        registry.acceptAuthority(address(other));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.acceptAuthority(stranger);
    }

    function test_acceptAuthority_revertsTheSecondTime() public {
        accept();
        expectNotPending(address(target), address(authority), address(0));
        vm.prank(address(authority));
        registry.acceptAuthority(address(target));
    }

    /// @dev I10: what was signed or scheduled before is dead.
    function test_acceptAuthority_voidsWhatWasSignedOrScheduled() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = sign(approval, 6);
        ITypedMessages.Approval memory hidden = approvalNumbered(address(target), 1);
        ITypedMessages.Commitment memory commitment = commitmentOf(hidden, "salt");
        registry.commit(commitment, quorum(digestOf(commitment)));
        accept();
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        vm.prank(address(authority));
        registry.finalize(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.reveal(commitment, hidden, "salt", new IRegistryTypes.Deployment[](0));
        vm.assertFalse(registry.exitOpen(address(target)));
    }

    // --------------------------------------------------------------------------------------------------------- ruling

    function test_finalize_byTheAuthorityWithoutSignatures() public {
        accept();
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        act(abi.encodeCall(registry.finalize, (approval, "")));
        vm.assertEq(registry.record(address(target)).contractHash, NEXT_HASH);
    }

    /// @dev It is the quorum: scheduling, committing, rotating and unpausing are its too.
    function test_authority_callsWhateverNeedsSignatures() public {
        acceptDelayed();
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        act(abi.encodeCall(registry.schedule, (approval, "")));
        skip(DELAY);
        registry.execute(approval);
        vm.assertEq(versionOf(address(target)), 5);

        approval = approvalOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, bytes32(uint256(1)));
        act(abi.encodeCall(registry.commit, (commitment, "")));
        skip(DELAY);
        registry.reveal(commitment, approval, bytes32(uint256(1)), new IRegistryTypes.Deployment[](0));
        vm.assertEq(versionOf(address(target)), 6);

        pause(7 days);
        act(abi.encodeCall(registry.unpause, (unpauseOf(address(target)), "")));
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        act(abi.encodeCall(registry.scheduleRotation, (rotation, "")));
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.assertEq(versionOf(address(target)), 7);
    }

    /// @dev Nor anybody else with all the signatures there are.
    function test_authority_onlyItSendsWhatNeedsSignatures() public {
        accept();
        bytes memory reason = abi.encodeWithSelector(
            IRegistryTypes.OnlyAuthority.selector, address(target), stranger, address(authority)
        );
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, 0);
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        ITypedMessages.Rejection memory rejection = rejectionOf(digestOf(approval));
        bytes[6] memory calls = [
            abi.encodeCall(registry.finalize, (approval, signBy(digestOf(approval), keys, 9))),
            abi.encodeCall(registry.schedule, (approval, signBy(digestOf(approval), keys, 9))),
            abi.encodeCall(registry.rotate, (rotation, signBy(digestOf(rotation), keys, 9))),
            abi.encodeCall(registry.commit, (commitment, signBy(digestOf(commitment), keys, 9))),
            abi.encodeCall(registry.unpause, (message, signBy(digestOf(message), keys, 9))),
            abi.encodeCall(registry.reject, (address(target), rejection, signBy(digestOf(rejection), keys, 9)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(stranger);
            (bool success, bytes memory answer) = address(registry).call(calls[i]);
            vm.assertFalse(success);
            vm.assertEq(answer, reason);
        }
        vm.expectRevert(reason);
        vm.prank(stranger);
        registry.scheduleRotation(rotation, "");
    }

    /// @dev Signers' rejections and revocations count for nothing, nor do those from before.
    function test_signersVotes_countForNothing() public {
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].version = 4;
        reject(digestOf(approval), 9);
        accept();
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotSigner.selector, address(target), signers[0]));
        vm.prank(signers[0]);
        registry.revoke(address(target), digestOf(approval));
        act(abi.encodeCall(registry.finalize, (approval, "")));
        vm.assertEq(versionOf(address(target)), 4);
    }

    /// @dev Its own rejection is the quorum's.
    function test_reject_byTheAuthorityEndsADigest() public {
        acceptDelayed();
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = digestOf(approval);
        act(abi.encodeCall(registry.schedule, (approval, "")));
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Rejected(digest, address(target), 5, type(uint32).max, true);
        act(abi.encodeCall(registry.reject, (address(target), rejection, "")));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 32, 4));
        registry.execute(approval);

        approval = approvalNumbered(address(target), 1);
        rejection = rejectionOf(digestOf(approval));
        act(abi.encodeCall(registry.reject, (address(target), rejection, "")));
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digestOf(approval), address(target), 32, 4)
        );
        act(abi.encodeCall(registry.schedule, (approval, "")));
    }

    /// @dev It is no signer of records without it.
    function test_authority_isNothingElsewhere() public {
        accept();
        ITypedMessages.Approval memory approval = approvalOf(address(other));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(other), 0, 2));
        act(abi.encodeCall(registry.finalize, (approval, "")));
    }

    /// @dev Delay, version and deadline apply as to signers.
    function test_delay_appliesToTheAuthority() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = DELAY;
        rotate(rotation);
        accept();
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        act(abi.encodeCall(registry.finalize, (approval, "")));
        rotation = rotationOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        act(abi.encodeCall(registry.rotate, (rotation, "")));
        act(abi.encodeCall(registry.schedule, (approval, "")));
        skip(DELAY - 1);
        bytes32 digest = digestOf(approval);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        act(abi.encodeCall(registry.execute, (approval)));
        skip(1);
        registry.execute(approval);
        approval.upgrades[0].version += 2;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 7, 6));
        act(abi.encodeCall(registry.schedule, (approval, "")));
        approval.upgrades[0].version = 6;
        vm.warp(approval.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, approval.deadline, approval.deadline + 1)
        );
        act(abi.encodeCall(registry.schedule, (approval, "")));
    }

    /// @dev The guardian cancels and pauses the authority's changes as well.
    function test_guardian_appliesToTheAuthority() public {
        acceptDelayed();
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        act(abi.encodeCall(registry.schedule, (approval, "")));
        cancel(digestOf(approval));
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.NotWaiting.selector, digestOf(approval), IRegistryTypes.Status.Cancelled
            )
        );
        registry.execute(approval);
        approval = approvalNumbered(address(target), 1);
        act(abi.encodeCall(registry.schedule, (approval, "")));
        pause(1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 1 days));
        registry.execute(approval);
    }
}
