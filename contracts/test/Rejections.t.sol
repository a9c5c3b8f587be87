// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Wallet} from "./ContractSigners.t.sol";
import {VotesTest} from "./base/VotesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Rejections. The target has nine signers of whom six must sign: four end a digest.
contract RejectionsTest is VotesTest {
    // ------------------------------------------------------------------------------------------------------- rejecting

    function test_reject_tellsWhoByNow() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        bytes memory signatures = signBy(digestOf(rejection), keys, 2);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Rejected(digest, address(target), 2, 3, false);
        registry.reject(address(target), rejection, signatures);

        // Two that are counted already, and two more: by now four, and it is dead.
        signatures = bytes.concat(
            signWith(keys[1], digestOf(rejection)),
            signWith(keys[4], digestOf(rejection)),
            signWith(keys[8], digestOf(rejection))
        );
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Rejected(digest, address(target), 2, 3 | (1 << 4) | (1 << 8), true);
        registry.reject(address(target), rejection, signatures);
        (uint32 rejected, uint32 revoked) = registry.votesOf(address(target), digest);
        vm.assertEq(uint256(rejected), 3 | (1 << 4) | (1 << 8));
        vm.assertEq(uint256(revoked), 0);
    }

    /// @dev signers − minSignatures + 1.
    function test_reject_fourOfNineEndIt() public {
        reject(digest, 3);
        registry.finalize(approval, signBy(digest, keys, 6));
        vm.assertEq(versionOf(address(target)), 2);
    }

    function test_finalize_revertsForARejectedDigest() public {
        reject(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4));
        registry.finalize(approval, all);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4));
        registry.schedule(approval, all);
    }

    /// @dev Whatever threshold: exactly so many that no quorum is left.
    function testFuzz_reject_endsWhereNoQuorumIsLeft(uint8 size, uint8 minSignatures, uint8 rejections) public {
        size = 1 + size % 9;
        minSignatures = 1 + minSignatures % size;
        rejections = 1 + rejections % size;
        (keys, signers) = council("fuzzed", size);
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.signers = signers;
        rotation.minSignatures = minSignatures;
        rotateOther(rotation);

        ITypedMessages.Approval memory next = approvalOf(address(other));
        ITypedMessages.Rejection memory rejection = rejectionOf(digestOf(next));
        registry.reject(address(other), rejection, signBy(digestOf(rejection), keys, rejections));
        bytes memory signatures = signBy(digestOf(next), keys, size);
        if (rejections >= size - minSignatures + 1) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRegistryTypes.DigestRejected.selector,
                    digestOf(next),
                    address(other),
                    rejections,
                    size - minSignatures + 1
                )
            );
        }
        registry.finalize(next, signatures);
    }

    /// @dev Whatever the order of posts: he signed both, and only the rejection counts.
    function test_reject_outweighsTheSignersApproval() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        registry.reject(address(target), rejection, signWith(keys[0], digestOf(rejection)));
        bytes memory signatures = signBy(digest, keys, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.finalize(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.schedule(approval, signatures);
        registry.finalize(approval, signBy(digest, keys, 7));
    }

    function test_reject_countsASignerOnce() public {
        for (uint256 i = 0; i < 5; ++i) {
            reject(digest, 3);
        }
        (uint32 rejected,) = registry.votesOf(address(target), digest);
        vm.assertEq(uint256(rejected), 7 << 6);
        registry.finalize(approval, signBy(digest, keys, 6));
    }

    function test_reject_concernsThatDigestOnly() public {
        reject(keccak256("another"), 9);
        registry.finalize(approval, signBy(digest, keys, 6));
        vm.assertEq(versionOf(address(target)), 2);
    }

    /// @dev The other record's next version is another vote.
    function test_reject_concernsThatRecordOnly() public {
        bytes32 before = governedStateOf(address(other));
        reject(digest, 4);
        (uint32 rejected,) = registry.votesOf(address(other), digest);
        vm.assertEq(uint256(rejected), 0);
        vm.assertEq(governedStateOf(address(other)), before);
    }

    /// @dev The next version begins without votes, though the same bits were set for the one before.
    function test_votesOf_areThoseOfTheNextVersion() public {
        reject(keccak256("another"), 3);
        vm.prank(signers[0]);
        registry.revoke(address(target), keccak256("another"));
        registry.finalize(approval, signBy(digest, keys, 6));
        (uint32 rejected, uint32 revoked) = registry.votesOf(address(target), keccak256("another"));
        vm.assertEq(uint256(rejected) + revoked, 0);
    }

    /// @dev It moves no version: fewer than a quorum burn no nonce (R90).
    function test_reject_changesNoRecord() public {
        bytes32 before = governedStateOf(address(target));
        reject(digest, 9);
        vm.assertEq(governedStateOf(address(target)), before);
    }

    function test_execute_revertsForWhatWasRejectedMeanwhile() public {
        setDelay(1 days);
        ITypedMessages.Approval memory waiting = approvalOf(address(target));
        bytes32 waitingDigest = schedule(waiting);
        reject(waitingDigest, 3);
        reject(waitingDigest, 4);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, waitingDigest, address(target), 4, 4)
        );
        registry.execute(waiting);
    }

    /// @dev Once it is scheduled one rejection alone takes no approval back: only their quorum ends it.
    function test_execute_inSpiteOfFewRejections() public {
        setDelay(1 days);
        ITypedMessages.Approval memory waiting = approvalOf(address(target));
        ITypedMessages.Rejection memory rejection = rejectionOf(schedule(waiting));
        registry.reject(address(target), rejection, signBy(digestOf(rejection), keys, 3));
        skip(1 days);
        registry.execute(waiting);
        vm.assertEq(versionOf(address(target)), 3);
    }

    function test_rotate_revertsForARejectedRotation() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = signBy(digestOf(rotation), keys, 9);
        reject(digestOf(rotation), 4);
        bytes memory reason =
            abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digestOf(rotation), address(target), 4, 4);
        vm.expectRevert(reason);
        registry.rotate(rotation, signatures);
        vm.expectRevert(reason);
        registry.scheduleRotation(rotation, signatures);
    }

    function test_executeRotation_revertsForWhatWasRejectedMeanwhile() public {
        setDelay(1 days);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes32 rotationDigest = scheduleRotation(rotation);
        reject(rotationDigest, 4);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, rotationDigest, address(target), 4, 4)
        );
        registry.executeRotation(rotation);
    }

    // ---------------------------------------------------------------------------------------------- bad rejections

    function test_reject_revertsWithoutSignatures() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        vm.expectRevert(IRegistryTypes.NoSignatures.selector);
        registry.reject(address(target), rejection, "");
    }

    function test_reject_revertsForUnregistered() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        bytes memory signatures = quorum(digestOf(rejection));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.reject(stranger, rejection, signatures);
    }

    function test_reject_revertsForOtherRecordsSigners() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        bytes memory signatures = signBy(digestOf(rejection), otherKeys, 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, others[0], false));
        registry.reject(address(target), rejection, signatures);
    }

    /// @dev S62: an approval is no rejection, whoever shows it as one.
    function test_reject_revertsForASignedApproval() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        bytes memory signatures = signBy(digest, keys, 1);
        vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
        registry.reject(address(target), rejection, signatures);
        signatures = signBy(digestOf(rejection), keys, 1);
        rejection.digest = keccak256("another");
        vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
        registry.reject(address(target), rejection, signatures);
    }

    /// @dev A delay can outlast it: what is rejected can still come.
    function test_reject_countsAfterItsDeadline() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        bytes memory signatures = signBy(digestOf(rejection), keys, 1);
        vm.warp(rejection.deadline + 1);
        registry.reject(address(target), rejection, signatures);
        (uint32 rejected,) = registry.votesOf(address(target), digest);
        vm.assertEq(rejected, 1);
    }

    function test_reject_revertsForUnsortedSignatures() public {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        bytes memory one = signWith(keys[0], digestOf(rejection));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, signers[0], signers[0]));
        registry.reject(address(target), rejection, bytes.concat(one, one));
    }

    function test_reject_countsContractSigners() public {
        Wallet wallet = new Wallet();
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.signers = listOf(address(wallet));
        rotation.contractSigners = 1;
        rotation.minSignatures = 1;
        rotateOther(rotation);
        ITypedMessages.Rejection memory rejection = rejectionOf(keccak256("it"));
        wallet.become(Wallet.Mood.No);
        vm.expectRevert(refusalOf(address(wallet), true, abi.encode(bytes4(0xffffffff))));
        registry.reject(address(other), rejection, contractEntry(address(wallet), ""));
        wallet.become(Wallet.Mood.Yes);
        registry.reject(address(other), rejection, contractEntry(address(wallet), ""));
        (uint32 rejected,) = registry.votesOf(address(other), keccak256("it"));
        vm.assertEq(uint256(rejected), 1);
    }

    function test_schedule_revertsForWhatSignersRejected() public {
        setDelay(DELAY);
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        bytes32 digest = digestOf(approval);
        reject(digest, 4);
        bytes memory signatures = quorum(digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4));
        registry.schedule(approval, signatures);
    }
}
