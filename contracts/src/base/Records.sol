// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Executor} from "../Executor.sol";
import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";
import {Codes} from "../libraries/Codes.sol";
import {Council, CouncilStore} from "../libraries/Council.sol";
import {Entry, EntryStore} from "../libraries/Entry.sol";
import {Link} from "../libraries/Link.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {Quorum, Tally} from "../libraries/Quorum.sol";

/// @title The records, and how one changes: what Registry and Governance share
/// @dev All storage is declared here, since Governance runs in the registry's.
abstract contract Records is IRegistryTypes, EIP712, ReentrancyGuardTransient {
    using CouncilStore for Council;
    using CouncilStore for bytes;
    using CouncilStore for uint32;
    using EntryStore for Entry;
    using Quorum for Tally[];
    using Quorum for uint256;

    /// @dev Signers against a digest, for one version of one record: bit i is signer i.
    struct Votes {
        uint32 rejected;
        uint32 revoked;
    }

    enum Kind {
        Approval,
        Rotation,
        Commitment,
        Following
    }

    /// @notice A change that waits for its delay. One slot: most are about one record.
    /// @param records how many it is about
    /// @param contractAddress the first of them
    /// @param paused seconds of all of that one's pauses, as the change was scheduled
    struct Scheduled {
        uint40 since;
        Status status;
        Kind kind;
        uint8 records;
        address contractAddress;
        uint32 paused;
    }

    /// @notice As the last two of {Scheduled}, for each record but the first.
    struct Part {
        address contractAddress;
        uint32 paused;
    }

    uint256 internal constant MAX_DEADLINE = 30 days;

    /// @dev There are votes for the next version.
    uint8 internal constant VOTED = 1;
    /// @dev Changes to the next version were scheduled.
    uint8 internal constant SCHEDULED = 2;
    /// @dev The authority rules in the signers' place.
    uint8 internal constant ACCEPTED = 4;
    /// @dev The guardian has cancelled a rotation since the last one.
    uint8 internal constant PROTECTED = 8;

    /// @dev As `rejected`: the authority's word.
    uint32 internal constant ALL = type(uint32).max;

    /// @notice What every executor is a clone of.
    address public immutable executorImplementation;

    address public curator;
    /// @dev The nonce of the next contract that this one creates.
    uint32 internal _nextNumber;
    address public pendingCurator;

    mapping(address contractAddress => Entry) internal _entries;
    mapping(address contractAddress => mapping(uint64 version => mapping(bytes32 digest => Votes))) internal _votes;

    mapping(bytes32 digest => Scheduled) internal _scheduled;
    mapping(bytes32 digest => mapping(uint256 i => Part)) internal _parts;

    /// @dev The digest scheduled last for a record, while SCHEDULED is set; and those before it, for the same version.
    mapping(address contractAddress => bytes32 digest) internal _latest;
    mapping(address contractAddress => mapping(bytes32 digest => bytes32)) internal _previous;

    constructor(address executorImplementation_) EIP712("Countersign", "1") {
        executorImplementation = executorImplementation_;
    }

    // --------------------------------------------------------------------------------------------------------- consent

    function _assertDeadline(uint256 deadline) internal view {
        uint256 latest = block.timestamp + MAX_DEADLINE;
        if (deadline < block.timestamp) revert DeadlinePassed(deadline, block.timestamp);
        if (deadline > latest) revert DeadlineTooFar(deadline, latest);
    }

    function _entryOf(address contractAddress) internal view returns (Entry storage entry) {
        entry = _entries[contractAddress];
        if (entry.version == 0) revert NotRegistered(contractAddress);
    }

    /// @dev Begins a tally, once it is certain that the message is for the record's next version.
    function _open(Tally memory tally, address contractAddress, uint64 version) internal view {
        Entry storage entry = _entries[contractAddress];
        uint32 next = entry.version + 1;
        if (next == 1) revert NotRegistered(contractAddress);
        if (version != next) revert VersionMismatch(contractAddress, version, next);
        tally.contractAddress = contractAddress;
        tally.councilNumber = entry.council;
        tally.flags = entry.flags;
        tally.pauseNumber = entry.pauseNumber;
        tally.pausedUntil = _pausedUntil(entry);
        tally.council = tally.councilNumber.read();
    }

    /// @dev No contract stands twice in a message. Where they ascend, as the tools have them, that is seen at once.
    function _open(Upgrade[] calldata upgrades) internal view returns (Tally[] memory tallies) {
        tallies = new Tally[](upgrades.length);
        address highest;
        for (uint256 i = 0; i < upgrades.length; ++i) {
            Upgrade calldata upgrade = upgrades[i];
            address contractAddress = upgrade.contractAddress;
            if (contractAddress > highest) highest = contractAddress;
            else _assertNew(tallies, i, contractAddress);
            _open(tallies[i], contractAddress, upgrade.version);
        }
    }

    function _assertNew(Tally[] memory tallies, uint256 opened, address contractAddress) internal pure {
        for (uint256 i = 0; i < opened; ++i) {
            if (tallies[i].contractAddress == contractAddress) revert DuplicateContract(contractAddress);
        }
    }

    function _only(address contractAddress, uint64 version) internal view returns (Tally[] memory tallies) {
        tallies = new Tally[](1);
        _open(tallies[0], contractAddress, version);
    }

    /// @dev Reverts unless every record agrees to the digest.
    function _assertAgreed(Tally[] memory tallies, bytes32 digest, bytes calldata signatures) internal view {
        if (tallies.length == 0) revert NoRecords();
        tallies.count(digest, signatures);
        for (uint256 i = 0; i < tallies.length; ++i) {
            _assertConsent(tallies[i], digest);
        }
    }

    /// @dev Enough of the record's signers, without those who took their word back or rejected; or its authority, which
    /// sends it itself.
    function _assertConsent(Tally memory tally, bytes32 digest) private view {
        address contractAddress = tally.contractAddress;
        uint8 flags = tally.flags;
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
        revert DigestRejected(digest, tally.contractAddress, uint256(rejected).number());
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

    /// @dev Whoever is named as the gate can hold up, never change. An authority needs no gate beside itself.
    function _assertGate(Tally memory tally) internal view {
        if (!tally.council.isGoverned() || tally.flags & ACCEPTED != 0) return;
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

    function _pausedUntil(Entry storage entry) internal view returns (uint256) {
        return entry.pauseNumber == 0 ? 0 : uint256(entry.pausedFrom) + entry.pausedFor;
    }

    function _hashApproval(Upgrade[] calldata upgrades, uint64 deadline) internal view returns (bytes32) {
        return _hashTypedDataV4(MessageHash.hash(upgrades, deadline));
    }

    // ---------------------------------------------------------------------------------------------------------- change

    function _enter(address contractAddress, bytes32 contractHash, string calldata contractLink, Council memory council)
        internal
    {
        Entry storage entry = _entries[contractAddress];
        (council.linkHead, entry.commit, council.linkTail) = Link.split(contractLink);
        entry.version = 1;
        entry.contractHash = contractHash;
        entry.council = _store(council);
    }

    function _store(Council memory council) internal returns (uint32 number) {
        number = _nextNumber++;
        council.write(number);
    }

    /// @dev The code is looked at before the first call, so that no call can put it there only for this.
    function _carryOut(Upgrade[] calldata upgrades, Tally[] memory tallies, bytes32 digest) internal {
        for (uint256 i = 0; i < upgrades.length; ++i) {
            _change(upgrades[i], tallies[i], digest);
        }
        for (uint256 i = 0; i < upgrades.length; ++i) {
            _call(upgrades[i], tallies[i].council);
        }
    }

    /// @dev The version voids all that was signed or scheduled for it.
    function _change(Upgrade calldata upgrade, Tally memory tally, bytes32 digest) private {
        Code[] calldata code = upgrade.code;
        for (uint256 i = 0; i < code.length; ++i) {
            Codes.assertStands(code[i].account, code[i].codeHash);
        }
        address contractAddress = tally.contractAddress;
        bytes32 contractHash = upgrade.contractHash;
        if (contractHash == 0) revert ContractHashZero(contractAddress);
        uint64 version = upgrade.version;
        string calldata contractLink = upgrade.contractLink;
        Entry storage entry = _entries[contractAddress];
        (bytes20 commit, uint32 council) = _moveLink(tally, contractLink);
        entry.setFirst(commit, uint32(version), council, tally.flags & ~(VOTED | SCHEDULED), tally.pauseNumber);
        entry.contractHash = contractHash;
        emit RecordChanged(contractAddress, contractHash, digest, version, contractLink, upgrade.buildHash, code);
    }

    /// @dev A link that differs in its commit alone moves with that. For any other a new council is stored.
    function _moveLink(Tally memory tally, string calldata contractLink)
        private
        returns (bytes20 commit, uint32 council)
    {
        bool same;
        bytes memory stored = tally.council;
        uint256 headAt = stored.linkAt();
        (same, commit) = Link.commitBetween(stored, headAt, stored.tailAt(headAt), contractLink);
        if (same) return (commit, tally.councilNumber);
        Council memory changed = stored.unpack();
        (changed.linkHead, commit, changed.linkTail) = Link.split(contractLink);
        council = _store(changed);
    }

    function _call(Upgrade calldata upgrade, bytes memory council) private {
        Call[] calldata calls = upgrade.calls;
        if (calls.length == 0) return;
        address executor_ = council.executor();
        if (executor_.code.length == 0) {
            bytes memory contractAddress = abi.encodePacked(upgrade.contractAddress);
            ++_nextNumber;
            Clones.cloneDeterministicWithImmutableArgs(executorImplementation, contractAddress, council.executorSalt());
            emit ExecutorCreated(upgrade.contractAddress, executor_);
        }
        for (uint256 i = 0; i < calls.length; ++i) {
            // Its code was looked at just now.
            bool success = LowLevelCall.callNoReturn(executor_, abi.encodeCall(Executor.execute, (calls[i])));
            if (!success) LowLevelCall.bubbleRevert();
        }
    }
}
