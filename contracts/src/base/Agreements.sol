// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CouncilStore} from "../libraries/Council.sol";
import {Entry, EntryStore} from "../libraries/Entry.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {Parts} from "../libraries/Parts.sol";
import {Quorum, Tally} from "../libraries/Quorum.sol";
import {Records} from "./Records.sol";

/// @title Whether the records that a message is about agree to it, and whether anything holds it up
abstract contract Agreements is Records {
    using CouncilStore for bytes;
    using CouncilStore for uint32;
    using EntryStore for Entry;
    using EntryStore for uint256;
    using Quorum for Tally[];
    using Quorum for uint256;

    function _assertDeadline(uint256 deadline) internal view {
        uint256 latest = block.timestamp + MAX_DEADLINE;
        if (deadline < block.timestamp) revert DeadlinePassed(deadline, block.timestamp);
        if (deadline > latest) revert DeadlineTooFar(deadline, latest);
    }

    /// @dev Begins a tally, once it is certain that the message is for the record's next version.
    function _open(Tally[] memory tallies, uint256 i, address contractAddress, uint64 version) internal view {
        Entry storage entry = _entries[contractAddress];
        uint256 first = entry.first();
        uint32 next = first.versionOf() + 1;
        if (next == 1) revert NotRegistered(contractAddress);
        if (version != next) revert VersionMismatch(contractAddress, version, next);
        tallies[i] = Tally({
            contractAddress: contractAddress,
            first: first,
            pausedUntil: first.pauseNumberOf() == 0 ? 0 : _pausedUntil(entry),
            council: first.councilOf().read(),
            next: 0,
            signed: 0
        });
    }

    /// @dev No contract stands twice in a message. Where they ascend, as the tools have them, that is seen at once.
    function _open(Upgrade[] calldata upgrades) internal view returns (Tally[] memory tallies) {
        tallies = Quorum.reserve(upgrades.length);
        address highest;
        for (uint256 i = 0; i < upgrades.length; ++i) {
            Upgrade calldata upgrade = Parts.item(upgrades, i);
            address contractAddress = upgrade.contractAddress;
            if (contractAddress > highest) highest = contractAddress;
            else _assertNew(tallies, i, contractAddress);
            _open(tallies, i, contractAddress, upgrade.version);
        }
    }

    function _assertNew(Tally[] memory tallies, uint256 opened, address contractAddress) internal pure {
        for (uint256 i = 0; i < opened; ++i) {
            if (tallies[i].contractAddress == contractAddress) revert DuplicateContract(contractAddress);
        }
    }

    function _only(address contractAddress, uint64 version) internal view returns (Tally[] memory tallies) {
        tallies = Quorum.reserve(1);
        _open(tallies, 0, contractAddress, version);
    }

    /// @dev Reverts unless every record agrees to the digest.
    function _assertAgreed(Tally[] memory tallies, bytes32 digest, bytes calldata signatures) internal view {
        if (tallies.length == 0) revert NoRecords();
        tallies.count(digest, signatures);
        for (uint256 i = 0; i < tallies.length; ++i) {
            _assertConsent(tallies[i], digest);
        }
    }

    /// @dev Agrees to a message about one record.
    /// @param hashed hashStruct of the message (EIP-712)
    function _agree(bytes32 hashed, address contractAddress, uint64 version, uint64 deadline, bytes calldata signatures)
        internal
        view
        returns (bytes32 digest, Tally[] memory tallies)
    {
        _assertDeadline(deadline);
        digest = _hashTypedDataV4(hashed);
        tallies = _only(contractAddress, version);
        _assertAgreed(tallies, digest, signatures);
    }

    /// @dev Enough of the record's signers, without those who took their word back or rejected; or its authority, which
    /// sends it itself.
    function _assertConsent(Tally memory tally, bytes32 digest) private view {
        address contractAddress = tally.contractAddress;
        uint8 flags = tally.first.flagsOf();
        uint256 signed = tally.signed;
        if (flags & VOTED != 0) {
            Votes storage votes = _votes[contractAddress][_entries[contractAddress].version + 1][digest];
            _assertAlive(tally, digest);
            signed &= ~uint256(votes.rejected | votes.revoked);
        }
        if (flags & ACCEPTED != 0) return _assertAuthority(tally);
        uint256 found = signed.number();
        uint256 expected = tally.council.minSignatures();
        if (found < expected) revert QuorumNotReached(contractAddress, found, expected);
    }

    /// @dev What was scheduled once can be executed, and nothing else: cancelled or expired, it is dead.
    function _assertUnscheduled(bytes32 digest) internal view {
        Status status = _scheduled[digest].status;
        if (status != Status.None) revert AlreadyScheduled(digest, status);
    }

    function _assertAuthority(Tally memory tally) internal view {
        address authority = tally.council.rules().authority;
        if (msg.sender != authority) revert OnlyAuthority(tally.contractAddress, msg.sender, authority);
    }

    function _assertAlive(Tally memory tally, bytes32 digest) internal view {
        uint32 rejected = _votes[tally.contractAddress][_entries[tally.contractAddress].version + 1][digest].rejected;
        if (!_isDead(rejected, tally.council)) return;
        uint256 quorum = tally.council.size() - tally.council.minSignatures() + 1;
        revert DigestRejected(digest, tally.contractAddress, uint256(rejected).number(), quorum);
    }

    /// @dev The rejection quorum: from there on, no quorum for it can be reached.
    function _isDead(uint32 rejected, bytes memory council) internal pure returns (bool) {
        return uint256(rejected).number() + council.minSignatures() > council.size();
    }

    function _assertGates(Tally[] memory tallies) internal view {
        for (uint256 i = 0; i < tallies.length; ++i) {
            _assertGate(tallies[i]);
        }
    }

    /// @dev Neither gate nor delay nor pause holds it up.
    function _assertFree(Tally memory tally) internal view {
        if (tally.council.isGoverned()) {
            _assertGate(tally);
            _assertUndelayed(tally);
        }
        _assertUnpaused(tally);
    }

    /// @dev Whoever is named as the gate can hold up, never change. An authority needs no gate beside itself.
    function _assertGate(Tally memory tally) internal view {
        if (!tally.council.isGoverned() || tally.first.flagsOf() & ACCEPTED != 0) return;
        address gate = tally.council.rules().gate;
        if (gate != address(0) && msg.sender != gate) revert OnlyGate(tally.contractAddress, msg.sender, gate);
    }

    function _assertUndelayed(Tally memory tally) internal pure {
        if (!tally.council.isGoverned()) return;
        uint256 delay = tally.council.rules().delay;
        if (delay != 0) revert DelayRequired(tally.contractAddress, delay);
    }

    function _assertUnpaused(Tally memory tally) internal view {
        if (block.timestamp < tally.pausedUntil) revert RecordPaused(tally.contractAddress, tally.pausedUntil);
    }

    function _hashApproval(Upgrade[] calldata upgrades, uint64 deadline) internal view returns (bytes32) {
        return _hashTypedDataV4(MessageHash.hash(upgrades, deadline));
    }
}
