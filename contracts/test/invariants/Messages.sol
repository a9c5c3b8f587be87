// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {vm} from "../base/Vm.sol";
import {Counter} from "./Counter.sol";
import {Sending} from "./Sending.sol";

/// @notice The messages that the handler picks.
abstract contract Messages is Sending {
    bytes32 internal constant KEY = keccak256("vault");
    /// @dev What is written here has no implementation.
    bytes32 internal constant RECORD_KEY = keccak256("record");

    ITypedMessages.Approval[] internal approvals;
    address internal manager = address(0x3A4A6E4);
    Counter[2] internal implementations;

    /// @dev Of one record, or of both that have signers of their own; now and then the one that was scheduled before,
    /// or one for a version too far.
    function anyApproval(uint256 which, uint256 calls) internal returns (ITypedMessages.Approval memory approval) {
        which = which % 9;
        if (which == 7 && approvals.length != 0) return approvals[approvals.length - 1];
        uint256 size = which == 5 || which == 6 ? 2 : 1;
        approval.deadline = someDeadline();
        approval.upgrades = new ITypedMessages.Upgrade[](size);
        bytes32 hash = keccak256(abi.encode(which, calls % 24));
        bool doesCall = calls % 4 != 0;
        bool doesWrite = doesCall && calls % 3 != 0;
        for (uint256 i = 0; i < size; ++i) {
            address contractAddress = one(which + i);
            approval.upgrades[i] = upgradeOf(contractAddress);
            approval.upgrades[i].contractHash = hash;
            approval.upgrades[i].contractLink = which % 3 == 0 ? LINK : NEXT_LINK;
            if (calls % 16 == 15) ++approval.upgrades[i].version;
            if (!doesCall) continue;
            ITypedMessages.Call[] memory made = new ITypedMessages.Call[](doesWrite ? 2 : 1);
            made[0] = callsOf(contractAddress, abi.encodeCall(Counter.count, ()))[0];
            if (doesWrite) made[1] = callsOf(address(references), writing(calls / 12, calls / 24))[0];
            approval.upgrades[i].calls = made;
        }
        bytes32 digest = digestOf(approval);
        (hasCall[digest], hasWrite[digest]) = (doesCall, doesWrite);
    }

    /// @dev Most shapes leave the other rules as they are, so that states last for a while.
    function anyRotation(uint256 which, uint256 shape) internal view returns (ITypedMessages.Rotation memory rotation) {
        address contractAddress = one(which);
        rotation = rotationOf(contractAddress);
        rotation.deadline = someDeadline();
        rotation.guardian = shape % 5 == 0 ? address(0) : guardian;
        rotation.commitReveal = shape % 4 != 0;
        rotation.delay = shape % 13 < 8 ? 0 : uint32(shape % 13 * 2 hours);
        if (shape % 17 == 0) rotation.delay = 31 days;
        rotation.gate = shape % 11 == 0 ? gate : address(0);
        rotation.authority = shape % 4 == 0 ? address(0xA0) : address(0);
        if (shape % 2 == 0) return rotation;
        rotation.signers = teams[shape / 2 % 2];
        rotation.contractSigners = contractSignersOf(rotation.signers);
        rotation.minSignatures = uint8(1 + shape / 4 % rotation.signers.length);
    }

    /// @dev Of some entry, which may not exist; mostly of each revision as it comes, now and then of one; or of nothing.
    function anyFollowing(uint256 which, uint256 entry)
        internal
        view
        returns (ITypedMessages.Following memory following)
    {
        (address by, bytes32 key, uint64 pinned) = anyEntry(entry);
        if (entry % 7 == 6) (by, key, pinned) = (address(0), 0, 0);
        following = followingOf(one(which), by, key);
        (following.pinnedRevision, following.deadline) = (pinned, someDeadline());
    }

    function anyEntry(uint256 entry) internal view returns (address by, bytes32 key, uint64 pinned) {
        entry = entry % 60;
        by = entry % 4 == 3 ? manager : registry.executor(one(entry));
        key = entry % 10 == 0 ? RECORD_KEY : KEY;
        if (entry % 8 != 0 && entries[idOf(by, key)].number == 0) by = manager;
        uint64 number = entries[idOf(by, key)].number;
        if (entry % 3 == 0 && number != 0) pinned = entry % 2 == 0 ? number : uint64(1 + entry % number);
    }

    /// @notice A write, or an advance, of one of the sender's own two entries.
    function writing(uint256 shape, uint256 revision) internal view returns (bytes memory) {
        bytes32 hash = keccak256(abi.encode("revision", revision % 4));
        bytes32 key = shape % 4 == 3 ? RECORD_KEY : KEY;
        address implementation = key == KEY ? address(implementations[revision % 2]) : address(0);
        bytes32 codeHash = implementation == address(0) ? bytes32(0) : implementation.codehash;
        if (shape % 5 == 4) {
            bytes20 commit = bytes20(keccak256(abi.encode(revision)));
            return abi.encodeCall(references.advance, (key, hash, commit, implementation, codeHash));
        }
        string memory link =
            shape % 3 == 0 ? LINK : "https://example.com/o/r/tree/0123456789abcdef0123456789abcdef01234567";
        return abi.encodeCall(references.write, (key, hash, link, implementation, codeHash));
    }

    /// @dev The same for days, so that a message can come again.
    function someDeadline() private view returns (uint64) {
        return uint64(vm.getBlockTimestamp() / 10 days * 10 days + 20 days);
    }

    function push(ITypedMessages.Approval[] storage list, ITypedMessages.Approval memory approval) internal {
        ITypedMessages.Approval storage added = list.push();
        added.deadline = approval.deadline;
        for (uint256 i = 0; i < approval.upgrades.length; ++i) {
            ITypedMessages.Upgrade memory from = approval.upgrades[i];
            ITypedMessages.Upgrade storage to = added.upgrades.push();
            to.contractAddress = from.contractAddress;
            to.version = from.version;
            to.contractHash = from.contractHash;
            to.contractLink = from.contractLink;
            to.buildHash = from.buildHash;
            for (uint256 j = 0; j < from.calls.length; ++j) {
                to.calls.push(from.calls[j]);
            }
        }
    }
}
