// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {vm} from "../base/Vm.sol";
import {Consent} from "./Consent.sol";

/// @notice Sends anything as anybody, and looks whether something happened that must not: I1 to I3, I6, I10, I18.
abstract contract Sending is Consent {
    bytes[] internal sent;
    Signed[] private late;
    mapping(bytes4 => uint256) public successesOf;

    struct Before {
        bytes32[RECORDS] all;
        bytes32[RECORDS] fields;
        uint64[RECORDS] versions;
        bytes32[] resolved;
        address[] managers;
    }

    /// @notice Now, or later when the world has moved on.
    function sendSigned(Signed memory message, bytes memory data, uint256 role) internal returns (bool success) {
        if (role % 5 == 3) {
            message.data = data;
            keepForLater(message);
            return false;
        }
        allowIfAgreed(message);
        return send(message.by, data);
    }

    /// @notice I10: what was signed some time ago.
    function tryLate(uint256 index) external {
        if (late.length == 0) return;
        Signed memory message = late[recent(index, late.length)];
        allowIfAgreed(message);
        if (send(message.by, message.data)) ++successesOf[this.tryLate.selector];
    }

    function keepForLater(Signed memory message) private {
        late.push(message);
    }

    function send(address by, bytes memory data) internal returns (bool) {
        return send(by, address(registry), data);
    }

    /// @dev Sends, writes the book, and looks whether anything happened that must not.
    function send(address by, address to, bytes memory data) internal returns (bool success) {
        Before memory before = look();
        sender = by;
        vm.recordLogs();
        vm.prank(by);
        (success,) = to.call(data);
        // What a failed call told did not happen, though it is among the logs.
        if (!success) vm.getRecordedLogs();
        if (success) {
            book();
            ++successesOf[bytes4(data)];
            // A rejection may be repeated: it counts once. Whatever else was accepted must not be so again.
            bool isVote = bytes4(data) == registry.reject.selector || bytes4(data) == registry.revoke.selector;
            bool isCurators = bytes4(data) == registry.proposeCurator.selector;
            if (to == address(registry) && !isVote && !isCurators) sent.push(data);
        }
        for (uint256 i = 0; i < RECORDS; ++i) {
            assertRecord(i, before, success);
        }
        for (uint256 i = 0; i < before.resolved.length; ++i) {
            if (resolvedOf(followers[i]) == before.resolved[i]) continue;
            if (!success) violation = "a failed call moved a follower";
            if (!mayMove(followers[i], before.managers[i], to, bytes4(data))) violation = "I18: moved without consent";
        }
        forbid();
    }

    function look() private view returns (Before memory before) {
        for (uint256 i = 0; i < RECORDS; ++i) {
            before.all[i] = all(i);
            before.fields[i] = stateOf(one(i));
            before.versions[i] = models[one(i)].version;
        }
        before.resolved = new bytes32[](followers.length);
        before.managers = new address[](followers.length);
        for (uint256 i = 0; i < followers.length; ++i) {
            before.resolved[i] = resolvedOf(followers[i]);
            before.managers[i] = expectedManagerOf(followers[i]);
        }
    }

    function assertRecord(uint256 i, Before memory before, bool success) private {
        address contractAddress = one(i);
        if (!success && all(i) != before.all[i]) violation = "a failed call changed something";
        uint256 found = registry.record(contractAddress).version;
        if (found != before.versions[i] && found != before.versions[i] + 1) violation = "version did not grow by one";
        if (stateOf(contractAddress) == before.fields[i]) return;
        if (!mayChange[contractAddress]) violation = "record changed without consent";
        if (found == before.versions[i]) violation = "record changed without its version";
    }

    /// @dev I18: by its own signers' word, or by a write of its manager: a plain account's own, or one that the signers of
    /// the manager's record agreed to.
    function mayMove(address follower, address manager, address to, bytes4 selector) private view returns (bool) {
        if (to == address(references)) {
            bool isWrite = selector == references.write.selector || selector == references.advance.selector;
            return isWrite && sender == manager;
        }
        if (selector == registry.follow.selector || selector == registry.executeFollowing.selector) {
            return mayChange[follower];
        }
        for (uint256 i = 0; i < RECORDS; ++i) {
            if (registry.executor(one(i)) == manager) return mayChange[one(i)];
        }
        return false;
    }

    /// @dev Mostly one of the last three, seldom any.
    function recent(uint256 index, uint256 length) internal pure returns (uint256) {
        if (index % 8 == 0) return index / 8 % length;
        return length - 1 - index % (length < 3 ? length : 3);
    }

    function resolvedOf(address follower) private view returns (bytes32 hash) {
        (, bytes memory resolved) = address(references).staticcall(abi.encodeCall(references.resolve, (follower)));
        return keccak256(abi.encode(resolved, references.implementationOf(follower)));
    }

    function all(uint256 i) private view returns (bytes32) {
        bytes32 curators = keccak256(abi.encode(registry.curator(), registry.pendingCurator()));
        return keccak256(abi.encode(governedStateOf(one(i)), counters[i].calls(), curators));
    }
}
