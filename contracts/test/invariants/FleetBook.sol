// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../../src/interfaces/IReferences.sol";
import {Vm, vm} from "../base/Vm.sol";
import {Book} from "./Book.sol";

/// @notice The second book of the references: what managers wrote, what was kept, and who follows what.
abstract contract FleetBook is Book {
    struct Revision {
        bytes32 contractHash;
        string link;
        address implementation;
        bool isKept;
    }

    /// @param revisions the first at 1
    struct EntryModel {
        address manager;
        bytes32 key;
        uint64 number;
        string head;
        string tail;
        mapping(uint64 => Revision) revisions;
    }

    /// @param pinned zero: each revision as it comes
    /// @param left what it ran when it ceased to follow
    struct FollowerModel {
        bytes32 id;
        uint64 pinned;
        address left;
    }

    IReferences internal references;
    mapping(bytes32 id => EntryModel) internal entries;
    bytes32[] internal ids;
    mapping(address follower => FollowerModel) internal followed;
    /// @dev The records, whether or not they follow anything, and what was deployed.
    address[] internal followers;
    mapping(address follower => bool) internal isDeployed;
    mapping(address manager => uint256) internal writes;

    function bookReference(bytes32 kind, Vm.Log memory log) internal override {
        if (kind == IReferences.LinkChanged.selector) {
            EntryModel storage entry = entries[idOf(toAddress(log.topics[1]), log.topics[2])];
            if (uint256(log.topics[3]) != entry.number + 1) violation = "a link of another revision";
            (entry.head, entry.tail) = abi.decode(log.data, (string, string));
        } else if (kind == IReferences.Written.selector) {
            bookWrite(toAddress(log.topics[1]), log.topics[2], uint64(uint256(log.topics[3])), log.data);
        } else if (kind == IReferences.Kept.selector) {
            EntryModel storage entry = entries[idOf(toAddress(log.topics[1]), log.topics[2])];
            if (uint256(log.topics[3]) != entry.number) violation = "kept, not current";
            entry.revisions[uint64(uint256(log.topics[3]))].isKept = true;
        } else if (kind == IReferences.Followed.selector) {
            uint64 pinned = abi.decode(log.data, (uint64));
            bookFollowed(toAddress(log.topics[1]), toAddress(log.topics[2]), log.topics[3], pinned);
        } else if (kind == IReferences.Deployed.selector) {
            address follower = toAddress(log.topics[1]);
            if (isDeployed[follower]) violation = "deployed twice";
            isDeployed[follower] = true;
        }
    }

    /// @dev What the event tells of before is what the book has.
    function bookWrite(address manager, bytes32 key, uint64 number, bytes memory data) private {
        EntryModel storage entry = entries[idOf(manager, key)];
        Revision memory current = entry.revisions[entry.number];
        Revision memory next;
        bytes32[4] memory hashes;
        address previous;
        bytes20 commit;
        (hashes[0], previous, next.contractHash, next.implementation, hashes[1], commit) =
            abi.decode(data, (bytes32, address, bytes32, address, bytes32, bytes20));
        if (number != entry.number + 1) violation = "a revision was left out";
        if (hashes[0] != current.contractHash || previous != current.implementation) {
            violation = "another revision before";
        }
        hashes[2] = next.implementation == address(0) ? bytes32(0) : next.implementation.codehash;
        if (hashes[1] != hashes[2]) violation = "another code hash";
        next.link = string.concat(entry.head, hexOf(commit), entry.tail);
        if (number == 1) {
            (entry.manager, entry.key) = (manager, key);
            ids.push(idOf(manager, key));
        }
        entry.number = number;
        entry.revisions[number] = next;
        ++writes[manager];
    }

    /// @dev What is registered follows exactly what its signers agreed to just before; what is deployed now, for the first
    /// time, what its deployer says.
    function bookFollowed(address follower, address manager, bytes32 key, uint64 pinned) private {
        if (models[follower].version == 0) {
            if (isDeployed[follower]) violation = "I18: entered for a follower without signers";
            followers.push(follower);
        } else {
            if (agreed[follower] != keccak256(abi.encode(manager, key, pinned))) violation = "I18: agreed to other";
            agreed[follower] = 0;
        }
        FollowerModel storage model = followed[follower];
        if (manager == address(0)) {
            model.left = expectedOf(follower).implementation;
            (model.id, model.pinned) = (0, 0);
        } else {
            (model.id, model.pinned) = (idOf(manager, key), pinned);
        }
    }

    /// @notice What a follower resolves to by the book.
    function expectedOf(address follower) internal view returns (IReferences.Reference memory expected) {
        FollowerModel storage model = followed[follower];
        if (model.id == 0) return expected;
        return expectedAt(model.id, model.pinned == 0 ? entries[model.id].number : model.pinned);
    }

    function expectedAt(bytes32 id, uint64 number) internal view returns (IReferences.Reference memory expected) {
        EntryModel storage entry = entries[id];
        Revision storage revision = entry.revisions[number];
        expected.manager = entry.manager;
        expected.key = entry.key;
        expected.revision = number;
        expected.contractHash = revision.contractHash;
        expected.contractLink = revision.link;
        expected.implementation = revision.implementation;
        if (expected.implementation != address(0)) expected.codeHash = expected.implementation.codehash;
    }

    /// @notice Who can move it by a write; zero where nobody can.
    function expectedManagerOf(address follower) internal view returns (address) {
        FollowerModel storage model = followed[follower];
        return model.pinned == 0 ? entries[model.id].manager : address(0);
    }

    function idOf(address manager, bytes32 key) internal pure returns (bytes32) {
        return keccak256(abi.encode("entry", manager, key));
    }

    function hexOf(bytes20 commit) private pure returns (string memory) {
        bytes memory digits = new bytes(40);
        for (uint256 i = 0; i < 40; ++i) {
            uint8 four = uint8(commit[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15;
            digits[i] = bytes16("0123456789abcdef")[four];
        }
        return string(digits);
    }
}
