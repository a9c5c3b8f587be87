// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {Target} from "./RegistryTest.sol";
import {ReferencesTest} from "./ReferencesTest.sol";
import {vm} from "./Vm.sol";

/// @notice Every function that changes anything, in a form that passes where consent and time are right: a call that is
/// refused is so for the reason that a test takes away.
abstract contract EveryFunction is ReferencesTest {
    /// @param by who may send it; zero: anybody, with the signatures
    /// @param ripensAt when it can be sent
    struct Made {
        address to;
        address by;
        bytes data;
        uint256 ripensAt;
    }

    Made[] internal made;
    /// @dev What waits, and what a guardian can end.
    bytes32[] internal digests;
    address internal follower;
    /// @dev Not registered yet. The manager is its owner.
    address internal fresh;
    address internal authority = address(0xA07);

    /// @dev The target has a delay, a guardian and commit–reveal; the other record is paused, and an authority may accept.
    function setUp() public virtual override {
        super.setUp();
        write(address(one));
        write(stranger, "other", address(two));
        follower = deploy(SALT);
        registerFollower(follower);
        fresh = address(new Target(manager));
        ruleTarget();
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        (rotation.authority, rotation.guardian) = (authority, guardian);
        rotateOther(rotation);
        vm.prank(curator);
        registry.proposeCurator(address(0xC2));
        vm.prank(guardian);
        registry.pause(address(other), 7 days);
    }

    function ruleTarget() private {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        (rotation.guardian, rotation.delay, rotation.commitReveal) = (guardian, DELAY, true);
        rotate(rotation);
    }

    /// @notice Collects them, signed by the first `count` signers of their record.
    function collect(uint256 count) internal {
        delete made;
        delete digests;
        collectUndelayed(count);
        collectScheduled(count);
        collectWaiting();
        collectStops(count);
        collectOthers();
    }

    function collectUndelayed(uint256 count) private {
        ITypedMessages.Approval memory approval = approvalOf(follower);
        add(abi.encodeCall(registry.finalize, (approval, signBy(digestOf(approval), keys, count))));
        ITypedMessages.Rotation memory rotation = rotationOf(follower);
        add(abi.encodeCall(registry.rotate, (rotation, signBy(digestOf(rotation), keys, count))));
        ITypedMessages.Following memory following = followingOf(follower, stranger, "other");
        add(abi.encodeCall(registry.follow, (following, signBy(digestOf(following), keys, count))));
    }

    function collectScheduled(uint256 count) private {
        ITypedMessages.Approval memory approval = approvalNumbered(address(target), 2);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, "another");
        ITypedMessages.Following memory following = followingOf(address(target), stranger, "other");
        rotation.delay += 1;
        following.deadline += 1;
        add(abi.encodeCall(registry.schedule, (approval, signBy(note(digestOf(approval)), keys, count))));
        add(abi.encodeCall(registry.scheduleRotation, (rotation, signBy(note(digestOf(rotation)), keys, count))));
        add(abi.encodeCall(registry.commit, (commitment, signBy(note(digestOf(commitment)), keys, count))));
        add(abi.encodeCall(registry.scheduleFollowing, (following, signBy(note(digestOf(following)), keys, count))));
    }

    /// @dev Agreed to, and to be sent by anybody once it is ripe.
    function collectWaiting() private {
        uint256 ripe = vm.getBlockTimestamp() + DELAY;
        ITypedMessages.Approval memory approval = approvalNumbered(address(target), 3);
        note(schedule(approval));
        add(address(registry), address(0), abi.encodeCall(registry.execute, (approval)), ripe);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        note(scheduleRotation(rotation));
        add(address(registry), address(0), abi.encodeCall(registry.executeRotation, (rotation)), ripe);
        ITypedMessages.Following memory following = followingOf(address(target), stranger, "other");
        registry.scheduleFollowing(following, quorum(note(digestOf(following))));
        add(address(registry), address(0), abi.encodeCall(registry.executeFollowing, (following)), ripe);
        ITypedMessages.Approval memory hidden = approvalNumbered(address(target), 4);
        ITypedMessages.Commitment memory commitment = commitmentOf(hidden, SALT);
        registry.commit(commitment, quorum(note(digestOf(commitment))));
        IRegistryTypes.Deployment[] memory none = new IRegistryTypes.Deployment[](0);
        bytes memory data = abi.encodeCall(registry.reveal, (commitment, hidden, SALT, none));
        add(address(registry), address(0), data, ripe);
        add(address(registry), guardian, abi.encodeCall(registry.cancel, (digestOf(approval), address(target))), 0);
    }

    function collectStops(uint256 count) private {
        ITypedMessages.Rejection memory rejection = rejectionOf("anything");
        bytes memory signatures = count < 6 ? signWith(1, digestOf(rejection)) : quorum(digestOf(rejection));
        add(abi.encodeCall(registry.reject, (follower, rejection, signatures)));
        add(address(registry), signers[0], abi.encodeCall(registry.revoke, (follower, "anything")), 0);
        add(address(registry), guardian, abi.encodeCall(registry.pause, (address(target), 1 days)), 0);
        ITypedMessages.Unpause memory message = unpauseOf(address(other));
        add(abi.encodeCall(registry.unpause, (message, signBy(digestOf(message), otherKeys, count / 3))));
    }

    function collectOthers() private {
        bytes memory data = abi.encodeCall(registry.acceptAuthority, (address(other)));
        add(address(registry), authority, data, 0);
        add(address(registry), curator, abi.encodeCall(registry.proposeCurator, (stranger)), 0);
        add(address(registry), address(0xC2), abi.encodeCall(registry.acceptCuratorship, ()), 0);
        data = abi.encodeCall(registry.register, (fresh, HASH, LINK, signers, 0, 6));
        add(address(registry), manager, data, 0);
        data = abi.encodeCall(references.follow, (follower, stranger, "other", 0));
        add(address(references), address(registry), data, 0);
    }

    /// @dev Of a message of the target that is scheduled, or could be.
    function note(bytes32 digest) private returns (bytes32) {
        digests.push(digest);
        return digest;
    }

    function add(bytes memory data) private {
        add(address(registry), address(0), data, 0);
    }

    function add(address to, address by, bytes memory data, uint256 ripensAt) internal {
        made.push(Made({to: to, by: by, data: data, ripensAt: ripensAt}));
    }
}
