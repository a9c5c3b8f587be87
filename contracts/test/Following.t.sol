// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../src/interfaces/IReferences.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Puppet} from "./base/Puppet.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice A record's consent to follow, as its signers give it. The follower is a proxy that they registered.
contract FollowingTest is ReferencesTest {
    address private follower;

    function setUp() public override {
        super.setUp();
        write(address(one));
        write(stranger, "other", address(two));
        follower = deploy(SALT);
        registerFollower(follower);
    }

    // ------------------------------------------------------------------------------------------------------- effects

    function test_follow_tellsAndMovesTheVersion() public {
        IRegistryTypes.Record memory before = registry.record(follower);
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        bytes32 digest = digestOf(following);
        bytes memory signatures = quorum(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.FollowingChanged(follower, digest, following);
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Followed(follower, stranger, "other", 0);
        registry.follow(following, signatures);
        assertRuns(follower, 2);
        vm.assertEq(references.managerOf(follower), stranger);
        before.version = 2;
        vm.assertEq(keccak256(abi.encode(registry.record(follower))), keccak256(abi.encode(before)));
    }

    /// @dev The manager's next write moves it without its signers, until they pin or follow nothing.
    function test_follow_pinsAndEnds() public {
        write(address(two));
        assertRuns(follower, 2);
        ITypedMessages.Following memory following = followingOf(follower, manager, KEY);
        following.pinnedRevision = 2;
        follow(following);
        write(address(one));
        assertRuns(follower, 2);
        assertFollows(follower, referenceOf(2, address(two)), true);
        follow(followingOf(follower, manager, KEY));
        assertRuns(follower, 1);
        follow(followingOf(follower, address(0), 0));
        write(address(two));
        assertRuns(follower, 1);
        assertFollowsNothing(follower);
        vm.assertEq(versionOf(follower), 4);
    }

    /// @dev A record that is no proxy can follow, too.
    function test_follow_recordOnly() public {
        write(manager, "record", address(0));
        follow(followingOf(address(target), manager, "record"));
        write(manager, "record", address(0));
        (IReferences.Reference memory found,) = references.resolve(address(target));
        vm.assertEq(uint256(found.revision), 2);
        vm.assertEq(found.contractHash, hashOf(2));
    }

    function testFuzz_follow_anyoneMaySend(address sender) public {
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        bytes memory signatures = quorum(digestOf(following));
        vm.prank(sender);
        registry.follow(following, signatures);
        assertRuns(follower, 2);
    }

    function test_follow_isNotPayable() public {
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        bytes memory data = abi.encodeCall(registry.follow, (following, quorum(digestOf(following))));
        vm.deal(address(this), 1);
        (bool success,) = address(registry).call{value: 1}(data);
        vm.assertFalse(success);
        (success,) = address(registry).call(data);
        vm.assertTrue(success);
    }

    /// @dev What the references refuse is told, and the version stays.
    function test_follow_revertsForWhatTheReferencesRefuse() public {
        write(address(two));
        write(manager, "record", address(0));
        ITypedMessages.Following memory following = followingOf(follower, manager, HASH);
        expectRefused(following, abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, manager, HASH));
        (following.key, following.pinnedRevision) = (KEY, 1);
        expectRefused(following, abi.encodeWithSelector(IReferences.RevisionNotKept.selector, manager, KEY, 1, 2));
        following.manager = address(0);
        expectRefused(following, abi.encodeWithSelector(IReferences.EntryOfNobody.selector, KEY, 1));
        following = followingOf(follower, manager, "record");
        expectRefused(
            following,
            abi.encodeWithSelector(IReferences.ReferenceWithoutImplementation.selector, manager, bytes32("record"))
        );
        following = followingOf(address(target), address(0), 0);
        expectRefused(following, abi.encodeWithSelector(IReferences.NotFollowing.selector, address(target)));
        vm.assertEq(versionOf(follower), 1);
        assertFollows(follower, referenceOf(2, address(two)), false);
    }

    // ------------------------------------------------------------------------------------------------------- consent

    function test_follow_revertsBelowTheQuorum() public {
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        bytes memory signatures = signBy(digestOf(following), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, follower, 5, 6));
        registry.follow(following, signatures);
    }

    /// @dev Neither the manager nor another record's signers say what it follows.
    function test_follow_revertsForOtherRecordsSigners() public {
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        bytes memory signatures = otherQuorum(digestOf(following));
        vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
        vm.prank(stranger);
        registry.follow(following, signatures);
    }

    function testFuzz_follow_revertsForEveryOtherVersion(uint64 version) public {
        vm.assume(version != 2);
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        following.version = version;
        expectRefused(following, abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, follower, version, 2));
    }

    function test_follow_revertsForUnregistered() public {
        address unregistered = deploy(HASH);
        ITypedMessages.Following memory following = followingOf(unregistered, stranger, "other");
        expectRefused(following, abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, unregistered));
    }

    function test_follow_atTheDeadlineAndNotAfter() public {
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        bytes memory signatures = quorum(digestOf(following));
        vm.warp(following.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, following.deadline, following.deadline + 1)
        );
        registry.follow(following, signatures);
        vm.warp(following.deadline);
        registry.follow(following, signatures);
    }

    function test_follow_refusesDeadlinesMoreThanThirtyDaysAhead() public {
        uint256 latest = NOW + 30 days;
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        following.deadline = uint64(latest + 1);
        expectRefused(following, abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, latest + 1, latest));
        following.deadline = uint64(latest);
        follow(following);
    }

    /// @dev I1: the signatures are for exactly this message.
    function test_follow_refusesEveryChangedField() public {
        registerFollower(deploy(HASH));
        enter(follower, stranger, "other", 0);
        write(manager, "other", address(one));
        ITypedMessages.Following memory following = followingOf(follower, manager, KEY);
        bytes memory signatures = quorum(digestOf(following));
        bytes memory clean = abi.encode(following);
        for (uint256 i = 0; i < 5; ++i) {
            following = abi.decode(clean, (ITypedMessages.Following));
            if (i == 0) following.contractAddress = references.followerOf(address(this), HASH);
            else if (i == 1) (following.manager, following.key) = (stranger, "other");
            else if (i == 2) following.key = "other";
            else if (i == 3) following.pinnedRevision = 1;
            else following.deadline += 1;
            vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
            registry.follow(following, signatures);
        }
        registry.follow(abi.decode(clean, (ITypedMessages.Following)), signatures);
        assertRuns(follower, 1);
    }

    /// @dev I3.
    function test_follow_revertsTheSecondTime() public {
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        follow(following);
        expectRefused(following, abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, follower, 2, 3));
    }

    /// @dev I10: what was signed, voted on or scheduled for the version before is void.
    function test_follow_voidsWhatWasSignedOrScheduled() public {
        ITypedMessages.Rotation memory rotation = rotationOf(follower);
        rotation.commitReveal = true;
        rotate(rotation);
        ITypedMessages.Approval memory signed = approvalNumbered(follower, 1);
        ITypedMessages.Approval memory waiting = approvalNumbered(follower, 2);
        ITypedMessages.Commitment memory commitment = commitmentOf(waiting, SALT);
        registry.commit(commitment, quorum(digestOf(commitment)));
        ITypedMessages.Rejection memory rejection = rejectionOf(digestOf(signed));
        registry.reject(follower, rejection, lastOf(digestOf(rejection), 1));
        vm.assertTrue(registry.exitOpen(follower));
        follow(followingOf(follower, stranger, "other"));
        bytes memory signatures = sign(signed, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, follower, 3, 4));
        registry.finalize(signed, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, follower, 3, 4));
        registry.reveal(commitment, waiting, SALT, new IRegistryTypes.Deployment[](0));
        (uint32 rejected,) = registry.votesOf(follower, digestOf(signed));
        vm.assertEq(uint256(rejected), 0);
        vm.assertFalse(registry.exitOpen(follower));
    }

    function test_follow_revertsForARejectedDigest() public {
        ITypedMessages.Following memory following = followingOf(address(target), manager, KEY);
        bytes32 digest = digestOf(following);
        reject(digest, 4);
        expectRefused(
            following, abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4)
        );
    }

    function test_follow_countsNoneWhoTookItBack() public {
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        bytes32 digest = digestOf(following);
        vm.prank(signers[2]);
        registry.revoke(follower, digest);
        expectRefused(following, abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, follower, 5, 6));
        registry.follow(following, signBy(digest, keys, 7));
    }

    // ---------------------------------------------------------------------------------------------------- governance

    function test_follow_onlyThroughTheGate() public {
        ITypedMessages.Rotation memory rotation = rotationOf(follower);
        rotation.gate = gate;
        rotate(rotation);
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        expectRefused(
            following, abi.encodeWithSelector(IRegistryTypes.OnlyGate.selector, follower, address(this), gate)
        );
        bytes memory signatures = quorum(digestOf(following));
        vm.prank(gate);
        registry.follow(following, signatures);
        assertRuns(follower, 2);
    }

    function test_follow_stopsInAPause() public {
        ITypedMessages.Rotation memory rotation = rotationOf(follower);
        rotation.guardian = guardian;
        rotate(rotation);
        vm.prank(guardian);
        registry.pause(follower, 1 days);
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        expectRefused(following, abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, follower, NOW + 1 days));
        skip(1 days);
        follow(following);
    }

    /// @dev The authority is the quorum: it sends it, and nobody else with whatever signatures.
    function test_follow_byTheAuthority() public {
        Puppet authority = new Puppet();
        ITypedMessages.Rotation memory rotation = rotationOf(follower);
        rotation.authority = address(authority);
        rotate(rotation);
        authority.call(address(registry), abi.encodeCall(registry.acceptAuthority, (follower)));
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        expectRefused(
            following,
            abi.encodeWithSelector(IRegistryTypes.OnlyAuthority.selector, follower, address(this), address(authority))
        );
        authority.call(address(registry), abi.encodeCall(registry.follow, (following, "")));
        assertRuns(follower, 2);
    }

    /// @dev Consent was given once: the follower's quorum, delay, gate and pause hold up none of the manager's writes.
    function test_write_movesAFollowerWhateverItsGovernance() public {
        ITypedMessages.Rotation memory rotation = rotationOf(follower);
        (rotation.guardian, rotation.gate, rotation.delay) = (guardian, gate, DELAY);
        rotate(rotation);
        vm.prank(guardian);
        registry.pause(follower, 7 days);
        write(address(two));
        assertRuns(follower, 2);
        vm.assertEq(versionOf(follower), 2);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function follow(ITypedMessages.Following memory following) private {
        registry.follow(following, quorum(digestOf(following)));
    }

    function expectRefused(ITypedMessages.Following memory following, bytes memory reason) private {
        bytes memory signatures = quorum(digestOf(following));
        vm.expectRevert(reason);
        registry.follow(following, signatures);
    }
}
