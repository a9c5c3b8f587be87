// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {Target} from "./base/RegistryTest.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {TypedData} from "./base/TypedData.sol";
import {vm} from "./base/Vm.sol";

/// @notice Fixes that nobody can read before they are live.
contract CommitRevealTest is GovernanceTest {
    bytes32 private constant SALT = keccak256("32 random bytes");

    /// @dev Returns the one byte 00 as code; and reverts.
    bytes private constant INITCODE = hex"600160005360016000f3";
    bytes private constant REVERTING = hex"60006000fd";

    function setUp() public override {
        super.setUp();
        vm.etch(DEPLOYER, DEPLOYER_CODE);
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = guardian;
        rotation.delay = DELAY;
        rotation.commitReveal = true;
        rotate(rotation);
    }

    // ----------------------------------------------------------------------------------------------------- committing

    function test_commit_tellsTheCommitmentAndMovesNothing() public {
        IRegistryTypes.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
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
        IRegistryTypes.Commitment memory commitment = commitmentOf(approvalOfBoth(), SALT);
        bytes memory signatures = bothQuorums(digestOf(commitment));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitRevealRefused.selector, address(other)));
        registry.commit(commitment, signatures);
        optOthersIn();
        commitment = commitmentOf(approvalOfBoth(), SALT);
        registry.commit(commitment, bothQuorums(digestOf(commitment)));
    }

    function test_commit_needsTheQuorumInTime() public {
        IRegistryTypes.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
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
        IRegistryTypes.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
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
        IRegistryTypes.Commitment memory commitment = commitmentOf(approvalOf(address(target)), SALT);
        commitment.versions[0] = 2;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 2, 3));
        registry.commit(commitment, "");
        commitment.contracts[0] = stranger;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.commit(commitment, "");
    }

    /// @dev S62: who signed the approval itself did not sign to hide it; and the other way round.
    function test_commit_andFinalizeRefuseEachOthersSignatures() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        IRegistryTypes.Commitment memory commitment = commitmentOf(approval, SALT);
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
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        bytes memory signatures = quorum(digestOf(commitmentOf(approval, SALT)));
        for (uint256 i = 0; i < 4; ++i) {
            IRegistryTypes.Commitment memory changed = commitmentOf(approval, SALT);
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
        (, IRegistryTypes.Commitment memory commitment) = commit();
        bytes32 digest = digestOf(commitment);
        bytes memory signatures = quorum(digest);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, IRegistryTypes.Status.Waiting)
        );
        registry.commit(commitment, signatures);
    }

    // ------------------------------------------------------------------------------------------------------ revealing

    /// @dev By anyone who has both.
    function test_reveal_changesTheRecordAndMakesTheCalls() public {
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls = callsOf(address(target), abi.encodeCall(Target.note, ("fixed")));
        IRegistryTypes.Commitment memory commitment = commitTo(approval);
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
        IRegistryTypes.Approval memory approval = approvalOfBoth();
        IRegistryTypes.Commitment memory commitment = commitmentOf(approval, SALT);
        registry.commit(commitment, bothQuorums(digestOf(commitment)));
        skip(DELAY);
        registry.reveal(commitment, approval, SALT, none());
        vm.assertEq(versionOf(address(target)), 3);
        vm.assertEq(versionOf(address(other)), 3);
    }

    /// @dev I15: from ripe until the grace ends, and void after that.
    function test_reveal_fromRipeUntilTheGraceEnds() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
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
        IRegistryTypes.Approval memory approval = approvalOf(address(other));
        IRegistryTypes.Commitment memory commitment = commitmentOf(approval, SALT);
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
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.deadline = 1;
        IRegistryTypes.Commitment memory commitment = commitmentOf(approval, SALT);
        commitment.deadline = uint64(NOW);
        registry.commit(commitment, quorum(digestOf(commitment)));
        skip(DELAY);
        registry.reveal(commitment, approval, SALT, none());
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev R91: what is revealed is what was signed.
    function test_reveal_revertsForAnotherApprovalOrSalt() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
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
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
        skip(DELAY);
        commitment.deadline += 1;
        bytes32 digest = digestOf(commitment);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev Guardians and signers of a hidden record could not have stopped it: contracts and versions must be equal.
    function test_reveal_revertsForOtherContractsOrVersions() public {
        optOthersIn();
        IRegistryTypes.Approval memory approval = approvalOfBoth();
        IRegistryTypes.Commitment memory commitment = commitmentOf(approval, SALT);
        commitment.contracts = listOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitmentLengths.selector, 1, 2));
        registry.reveal(commitment, approval, SALT, none());

        commitment = commitmentOf(approval, SALT);
        commitment.contracts = swapped(commitment.contracts, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CommitmentOfOtherRecord.selector, address(target), 3));
        registry.reveal(commitment, approval, SALT, none());

        commitment = commitmentOf(approval, SALT);
        commitment.contracts[1] = stranger;
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.CommitmentOfOtherRecord.selector, address(other), approval.upgrades[1].version
            )
        );
        registry.reveal(commitment, approval, SALT, none());

        commitment = commitmentOf(approval, SALT);
        commitment.versions[1] += 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.CommitmentOfOtherRecord.selector, address(other), approval.upgrades[1].version
            )
        );
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev I15: at most once.
    function test_reveal_revertsTheSecondTime() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
        skip(DELAY);
        registry.reveal(commitment, approval, SALT, none());
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.reveal(commitment, approval, SALT, none());
    }

    function test_reveal_revertsWhilePaused() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
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
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
        bytes32 digest = digestOf(commitment);
        skip(DELAY);
        reject(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4));
        registry.reveal(commitment, approval, SALT, none());
        cancel(digest);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.reveal(commitment, approval, SALT, none());
    }

    /// @dev I10.
    function test_reveal_revertsAfterARotation() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
        IRegistryTypes.Rotation memory rotation = rotationOf(address(target));
        scheduleRotation(rotation);
        skip(DELAY);
        registry.executeRotation(rotation);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.reveal(commitment, approval, SALT, none());
    }

    // ------------------------------------------------------------------------------------------------------ deploying

    /// @dev Nothing of the fix is on chain before.
    function test_reveal_deploysBeforeTheCodeIsLookedAt() public {
        IRegistryTypes.Deployment[] memory deployments = deploymentOf(INITCODE);
        address account = placeOf(deployments[0]);
        IRegistryTypes.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].code = codeOf(account);
        approval.upgrades[0].code[0].codeHash = keccak256(hex"01");
        IRegistryTypes.Commitment memory commitment = commitTo(approval);
        skip(DELAY);
        vm.assertEq(account.code.length, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.CodeMismatch.selector, account, bytes32(0), keccak256(hex"01"))
        );
        registry.reveal(commitment, approval, SALT, none());
        registry.reveal(commitment, approval, SALT, deployments);
        vm.assertEq(account.code, hex"01");
        vm.assertEq(versionOf(address(target)), 3);
    }

    /// @dev Somebody who saw it in the mempool was first, or it stands in the list twice.
    function test_reveal_skipsWhatAlreadyStands() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
        skip(DELAY);
        IRegistryTypes.Deployment[] memory deployments = new IRegistryTypes.Deployment[](2);
        deployments[0] = deploymentOf(INITCODE)[0];
        deployments[1] = deployments[0];
        (bool success,) = DEPLOYER.call(bytes.concat(deployments[0].salt, deployments[0].initcode));
        vm.assertTrue(success);
        vm.expectCall(DEPLOYER, "", 0);
        registry.reveal(commitment, approval, SALT, deployments);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_reveal_revertsForWhatCannotBeDeployed() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
        skip(DELAY);
        bytes[2] memory initcodes = [REVERTING, bytes("")];
        for (uint256 i = 0; i < 2; ++i) {
            IRegistryTypes.Deployment[] memory deployments = deploymentOf(initcodes[i]);
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeploymentFailed.selector, deployments[0].salt));
            registry.reveal(commitment, approval, SALT, deployments);
        }
        assertScheduled(digestOf(commitment), IRegistryTypes.Status.Waiting, 0);
    }

    function test_reveal_revertsWhereThereIsNoDeployer() public {
        (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment) = commit();
        skip(DELAY);
        vm.etch(DEPLOYER, "");
        IRegistryTypes.Deployment[] memory deployments = deploymentOf(INITCODE);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeploymentFailed.selector, deployments[0].salt));
        registry.reveal(commitment, approval, SALT, deployments);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function commit()
        private
        returns (IRegistryTypes.Approval memory approval, IRegistryTypes.Commitment memory commitment)
    {
        approval = approvalOf(address(target));
        commitment = commitTo(approval);
    }

    function commitTo(IRegistryTypes.Approval memory approval)
        private
        returns (IRegistryTypes.Commitment memory commitment)
    {
        commitment = commitmentOf(approval, SALT);
        registry.commit(commitment, quorum(digestOf(commitment)));
    }

    function optOthersIn() private {
        IRegistryTypes.Rotation memory rotation = rotationOf(address(other));
        rotation.commitReveal = true;
        rotateOther(rotation);
    }

    function none() private pure returns (IRegistryTypes.Deployment[] memory) {}

    function deploymentOf(bytes memory initcode) private pure returns (IRegistryTypes.Deployment[] memory deployments) {
        deployments = new IRegistryTypes.Deployment[](1);
        deployments[0] = IRegistryTypes.Deployment({salt: keccak256("salt"), initcode: initcode});
    }

    function placeOf(IRegistryTypes.Deployment memory deployment) private pure returns (address) {
        bytes32 initcodeHash = keccak256(deployment.initcode);
        return
            address(
                uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), DEPLOYER, deployment.salt, initcodeHash))))
            );
    }
}
