// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../src/interfaces/IReferences.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Puppet} from "./base/Puppet.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Where the record has a delay, following waits for it as an upgrade does.
contract FollowingScheduleTest is ReferencesTest {
    function setUp() public override {
        super.setUp();
        setDelay(DELAY);
        write(address(one));
    }

    function test_follow_revertsWhereThereIsADelay() public {
        ITypedMessages.Following memory following = ofTarget();
        bytes memory signatures = quorum(digestOf(following));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(target), DELAY));
        registry.follow(following, signatures);
    }

    function test_scheduleFollowing_tellsItAndMovesNothing() public {
        ITypedMessages.Following memory following = ofTarget();
        bytes32 digest = digestOf(following);
        bytes memory signatures = quorum(digest);
        bytes32 before = stateOf(address(target));
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.FollowingScheduled(digest, following);
        registry.scheduleFollowing(following, signatures);
        vm.assertEq(stateOf(address(target)), before);
        assertFollowsNothing(address(target));
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -int256(uint256(DELAY)));
    }

    /// @dev I11, to the second.
    function test_executeFollowing_fromRipeUntilTheGraceEnds() public {
        ITypedMessages.Following memory following = ofTarget();
        bytes32 digest = scheduleFollowing(following);
        vm.warp(NOW + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.executeFollowing(following);
        vm.warp(NOW + DELAY + GRACE + 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.Expired.selector, digest, GRACE + 1));
        registry.executeFollowing(following);
        vm.warp(NOW + DELAY + GRACE);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Executed(digest);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.FollowingChanged(address(target), digest, following);
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Followed(address(target), manager, KEY, 0);
        registry.executeFollowing(following);
        vm.assertEq(versionOf(address(target)), 3);
        assertFollows(address(target), referenceOf(1, address(one)), false);
        assertScheduled(digest, IRegistryTypes.Status.Executed, 0);
    }

    /// @dev The deadline binds the signatures, not the change that waits.
    function testFuzz_executeFollowing_whenRipeByAnyone(address sender) public {
        ITypedMessages.Following memory following = ofTarget();
        following.deadline = uint64(NOW);
        scheduleFollowing(following);
        skip(DELAY);
        vm.prank(sender);
        registry.executeFollowing(following);
        assertFollows(address(target), referenceOf(1, address(one)), false);
    }

    function test_scheduleFollowing_needsTheQuorumInTime() public {
        ITypedMessages.Following memory following = ofTarget();
        bytes memory signatures = signBy(digestOf(following), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.scheduleFollowing(following, signatures);
        signatures = quorum(digestOf(following));
        vm.warp(following.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, following.deadline, following.deadline + 1)
        );
        registry.scheduleFollowing(following, signatures);
    }

    function test_scheduleFollowing_revertsForOtherVersions() public {
        ITypedMessages.Following memory following = ofTarget();
        following.version = 4;
        bytes memory signatures = quorum(digestOf(following));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 4, 3));
        registry.scheduleFollowing(following, signatures);
    }

    /// @dev Nor followed at once: what was scheduled is executed.
    function test_scheduleFollowing_noneIsScheduledTwice() public {
        setOtherDelay(DELAY);
        ITypedMessages.Following memory following = followingOf(address(other), manager, KEY);
        bytes32 digest = digestOf(following);
        bytes memory signatures = otherQuorum(digest);
        registry.scheduleFollowing(following, signatures);
        bytes memory reason =
            abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, digest, IRegistryTypes.Status.Waiting);
        vm.expectRevert(reason);
        registry.scheduleFollowing(following, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DelayRequired.selector, address(other), DELAY));
        registry.follow(following, signatures);
        skip(DELAY);
        registry.executeFollowing(following);
        assertFollows(address(other), referenceOf(1, address(one)), false);
    }

    function test_executeFollowing_revertsForWhatWasNeverScheduled() public {
        ITypedMessages.Following memory following = ofTarget();
        bytes32 digest = digestOf(following);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.None));
        registry.executeFollowing(following);
        following.contractAddress = stranger;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.executeFollowing(following);
    }

    function test_executeFollowing_revertsTheSecondTime() public {
        ITypedMessages.Following memory following = ofTarget();
        scheduleFollowing(following);
        skip(DELAY);
        registry.executeFollowing(following);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.executeFollowing(following);
    }

    /// @dev Several wait for one version: the first to execute voids the rest, whatever their kind.
    function test_executeFollowing_voidsTheRestAndIsVoidedByIt() public {
        ITypedMessages.Following memory first = ofTarget();
        ITypedMessages.Approval memory second = approvalOf(address(target));
        scheduleFollowing(first);
        schedule(second);
        skip(DELAY);
        uint256 snapshot = vm.snapshotState();
        registry.executeFollowing(first);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.execute(second);
        vm.assertTrue(vm.revertToState(snapshot));
        registry.execute(second);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), 3, 4));
        registry.executeFollowing(first);
        assertFollowsNothing(address(target));
    }

    /// @dev I6: what the references refuse leaves it waiting, and it can be tried again within its time.
    function test_executeFollowing_isAllOrNothing() public {
        ITypedMessages.Following memory following = followingOf(address(target), manager, "later");
        bytes32 digest = scheduleFollowing(following);
        skip(DELAY);
        bytes32 before = governedStateOf(address(target));
        vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, manager, bytes32("later")));
        registry.executeFollowing(following);
        vm.assertEq(governedStateOf(address(target)), before);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, 0);
        write(manager, "later", address(two));
        registry.executeFollowing(following);
        vm.assertEq(references.implementationOf(address(target)), address(two));
    }

    // ------------------------------------------------------------------------------------------------------- stopping

    /// @dev As often as he likes, which he may not with rotations; and for good.
    function test_cancel_followings() public {
        ITypedMessages.Following memory following = ofTarget();
        bytes32 digest;
        for (uint256 i = 0; i < 3; ++i) {
            following.deadline += 1;
            digest = scheduleFollowing(following);
            vm.expectEmit(true, true, true, true, address(registry));
            emit IRegistryTypes.Cancelled(digest, address(target), guardian);
            cancel(digest);
        }
        skip(DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.NotWaiting.selector, digest, IRegistryTypes.Status.Cancelled)
        );
        registry.executeFollowing(following);
        cancel(scheduleRotation(rotationOf(address(target))));
    }

    function test_executeFollowing_revertsForWhatWasRejectedMeanwhile() public {
        ITypedMessages.Following memory following = ofTarget();
        bytes32 digest = scheduleFollowing(following);
        skip(DELAY);
        reject(digest, 4);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DigestRejected.selector, digest, address(target), 4, 4));
        registry.executeFollowing(following);
    }

    /// @dev In a pause it can be scheduled, not executed; and the delay stands still.
    function test_executeFollowing_stopsInAPause() public {
        pause(7 days);
        ITypedMessages.Following memory following = ofTarget();
        bytes32 digest = scheduleFollowing(following);
        skip(DELAY);
        assertScheduled(digest, IRegistryTypes.Status.Waiting, -int256(uint256(DELAY)));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RecordPaused.selector, address(target), NOW + 7 days));
        registry.executeFollowing(following);
        vm.warp(NOW + 7 days + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRipe.selector, digest, int256(-1)));
        registry.executeFollowing(following);
        skip(1);
        registry.executeFollowing(following);
        vm.assertEq(versionOf(address(target)), 3);
    }

    // ----------------------------------------------------------------------------------------------- gate, authority

    /// @dev What the gate let in anyone may execute.
    function test_scheduleFollowing_onlyThroughTheGate() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        (rotation.gate, rotation.delay) = (gate, DELAY);
        rotateOther(rotation);
        ITypedMessages.Following memory following = followingOf(address(other), manager, KEY);
        bytes memory signatures = otherQuorum(digestOf(following));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.OnlyGate.selector, address(other), stranger, gate));
        vm.prank(stranger);
        registry.scheduleFollowing(following, signatures);
        vm.prank(gate);
        registry.scheduleFollowing(following, signatures);
        skip(DELAY);
        vm.prank(stranger);
        registry.executeFollowing(following);
        assertFollows(address(other), referenceOf(1, address(one)), false);
    }

    /// @dev It schedules, and anyone executes.
    function test_scheduleFollowing_byTheAuthority() public {
        Puppet authority = new Puppet();
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        (rotation.authority, rotation.delay) = (address(authority), DELAY);
        rotateOther(rotation);
        authority.call(address(registry), abi.encodeCall(registry.acceptAuthority, (address(other))));
        ITypedMessages.Following memory following = followingOf(address(other), manager, KEY);
        bytes memory signatures = otherQuorum(digestOf(following));
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryTypes.OnlyAuthority.selector, address(other), address(this), address(authority)
            )
        );
        registry.scheduleFollowing(following, signatures);
        authority.call(address(registry), abi.encodeCall(registry.scheduleFollowing, (following, "")));
        skip(DELAY);
        registry.executeFollowing(following);
        assertFollows(address(other), referenceOf(1, address(one)), false);
    }

    /// @dev Only a rotation gives the guardian another rotation to cancel.
    function test_executeFollowing_leavesTheNextRotationProtected() public {
        cancel(scheduleRotation(rotationOf(address(target))));
        ITypedMessages.Following memory following = ofTarget();
        scheduleFollowing(following);
        skip(DELAY);
        registry.executeFollowing(following);
        bytes32 digest = scheduleRotation(rotationOf(address(target)));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.RotationProtected.selector, address(target)));
        vm.prank(guardian);
        registry.cancel(digest, address(target));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function ofTarget() private view returns (ITypedMessages.Following memory) {
        return followingOf(address(target), manager, KEY);
    }

    function scheduleFollowing(ITypedMessages.Following memory following) private returns (bytes32 digest) {
        digest = digestOf(following);
        registry.scheduleFollowing(following, quorum(digest));
    }
}
