// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {Messages} from "./Messages.sol";

/// @notice Has records and proxies follow entries, and managers write them.
abstract contract FleetRoads is Messages {
    /// @dev So many followers are enough to look at.
    uint256 private constant MAX_FOLLOWERS = 7;

    ITypedMessages.Following[] private followings;

    function tryFollow(uint256 which, uint256 entry, uint256 count, uint256 role) external {
        ITypedMessages.Following memory following = anyFollowing(which, entry);
        (Signed memory message, bytes memory signatures) =
            signed(listOf(following.contractAddress), digestOf(following), count, role);
        sendSigned(message, abi.encodeCall(registry.follow, (following, signatures)), role);
    }

    function tryScheduleFollowing(uint256 which, uint256 entry, uint256 count, uint256 role) external {
        ITypedMessages.Following memory following = anyFollowing(delayed(which % 9), entry);
        (Signed memory message, bytes memory signatures) =
            signed(listOf(following.contractAddress), digestOf(following), count, role);
        forbid();
        if (send(message.by, abi.encodeCall(registry.scheduleFollowing, (following, signatures)))) {
            followings.push(following);
        }
    }

    function tryExecuteFollowing(uint256 index) external {
        if (followings.length == 0) return;
        ITypedMessages.Following memory following = followings[recent(index, followings.length)];
        allow(listOf(following.contractAddress));
        send(stranger, abi.encodeCall(registry.executeFollowing, (following)));
    }

    /// @dev By a plain account: of its own entries, whoever follows others'.
    function tryWrite(uint256 shape, uint256 revision, uint256 role) external {
        forbid();
        send(role % 3 == 0 ? stranger : manager, address(references), writing(shape, revision));
    }

    function tryKeep(uint256 entry) external {
        (address by, bytes32 key,) = anyEntry(entry);
        forbid();
        send(stranger, address(references), abi.encodeCall(references.keep, (by, key)));
    }

    function tryDeploy(uint256 salt, uint256 entry) external {
        if (followers.length >= MAX_FOLLOWERS) salt = 0;
        (address by, bytes32 key, uint64 pinned) = anyEntry(entry);
        forbid();
        send(
            stranger,
            address(references),
            abi.encodeCall(references.deploy, (bytes32(salt % MAX_FOLLOWERS), by, key, pinned, ""))
        );
    }

    /// @notice I18: nobody enters past the registry, whoever he is.
    function tryEnter(uint256 which, uint256 entry, uint256 role) external {
        (address by, bytes32 key, uint64 pinned) = anyEntry(entry);
        address[4] memory senders = [stranger, manager, guardian, registry.executor(one(which))];
        address follower = followers[which % followers.length];
        forbid();
        bytes memory data = abi.encodeCall(references.follow, (follower, by, key, pinned));
        if (send(senders[role % 4], address(references), data)) violation = "I18: entered past the registry";
    }
}
