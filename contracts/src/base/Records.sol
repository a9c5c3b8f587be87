// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Executor} from "../Executor.sol";
import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";
import {Council, CouncilStore, StoredCouncil} from "../libraries/Council.sol";
import {Link} from "../libraries/Link.sol";
import {MessageHash} from "../libraries/MessageHash.sol";
import {Quorum, Tally} from "../libraries/Quorum.sol";

/// @title The records, and how one changes: what Registry and Governance share
/// @dev All storage is declared here, since Governance runs in the registry's.
abstract contract Records is IRegistryTypes, EIP712, ReentrancyGuardTransient {
    using CouncilStore for Council;
    using CouncilStore for StoredCouncil;
    using CouncilStore for address;
    using Quorum for Tally[];
    using Quorum for uint256;

    /// @dev Three slots. An upgrade writes two: the commit of the link travels with the version.
    /// @param pausedFrom when the last pause began
    /// @param pausedFor how long it was to last, or lasted, in seconds
    /// @param pausedBefore seconds of all pauses before the last one
    struct Entry {
        bytes20 commit;
        uint64 version;
        uint8 flags;
        uint24 pauseNumber;
        bytes32 contractHash;
        address council;
        uint40 pausedFrom;
        uint24 pausedFor;
        uint32 pausedBefore;
    }

    /// @dev Signers against a digest, for one version of one record: bit i is signer i.
    struct Votes {
        uint32 rejected;
        uint32 revoked;
    }

    enum Kind {
        Approval,
        Rotation,
        Commitment
    }

    /// @notice A change that waits for its delay. One slot: most are about one record.
    /// @param records how many it is about
    /// @param part the first of them
    struct Scheduled {
        uint40 since;
        Status status;
        Kind kind;
        uint8 records;
        Part part;
    }

    /// @param paused seconds of all of the record's pauses, as it was scheduled
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

    /// @dev An empty tally, once it is certain that the message is for the record's next version.
    function _open(address contractAddress, uint64 version) internal view returns (Tally memory tally) {
        Entry storage entry = _entries[contractAddress];
        uint64 current = entry.version;
        if (current == 0) revert NotRegistered(contractAddress);
        if (version != current + 1) revert VersionMismatch(contractAddress, version, current + 1);
        tally.contractAddress = contractAddress;
        tally.council = entry.council.read();
    }

    function _open(Upgrade[] calldata upgrades) internal view returns (Tally[] memory tallies) {
        tallies = new Tally[](upgrades.length);
        for (uint256 i = 0; i < upgrades.length; ++i) {
            _openNext(tallies, i, upgrades[i].contractAddress, upgrades[i].version);
        }
    }

    /// @dev No contract stands twice in a message.
    function _openNext(Tally[] memory tallies, uint256 i, address contractAddress, uint64 version) internal view {
        for (uint256 j = 0; j < i; ++j) {
            if (tallies[j].contractAddress == contractAddress) revert DuplicateContract(contractAddress);
        }
        tallies[i] = _open(contractAddress, version);
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
        Entry storage entry = _entries[contractAddress];
        uint8 flags = entry.flags;
        uint256 signed = tally.signed;
        if (flags & SCHEDULED != 0) _assertUnscheduled(digest);
        if (flags & VOTED != 0) {
            Votes storage votes = _votes[contractAddress][entry.version + 1][digest];
            _assertAlive(tally, digest);
            signed &= ~uint256(votes.rejected | votes.revoked);
        }
        if (flags & ACCEPTED != 0) return _assertAuthority(tally);
        uint256 found = signed.number();
        uint256 expected = tally.council.minSignatures;
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
    function _isDead(uint32 rejected, StoredCouncil memory council) internal pure returns (bool) {
        return uint256(rejected).number() + council.minSignatures > council.signers;
    }

    /// @dev Whoever is named as the gate can hold up, never change. An authority needs no gate beside itself.
    function _assertGates(Tally[] memory tallies) internal view {
        for (uint256 i = 0; i < tallies.length; ++i) {
            address contractAddress = tallies[i].contractAddress;
            if (!tallies[i].council.isGoverned || _entries[contractAddress].flags & ACCEPTED != 0) continue;
            address gate = tallies[i].council.rules().gate;
            if (gate != address(0) && msg.sender != gate) revert OnlyGate(contractAddress, msg.sender, gate);
        }
    }

    function _assertUndelayed(Tally memory tally) internal pure {
        uint256 delay = tally.council.rules().delay;
        if (delay != 0) revert DelayRequired(tally.contractAddress, delay);
    }

    function _assertUnpaused(address contractAddress) internal view {
        uint256 until = _pausedUntil(_entries[contractAddress]);
        if (block.timestamp < until) revert RecordPaused(contractAddress, until);
    }

    function _pausedUntil(Entry storage entry) internal view returns (uint256) {
        return uint256(entry.pausedFrom) + entry.pausedFor;
    }

    function _hashApproval(Approval calldata approval) internal view returns (bytes32) {
        return _hashTypedDataV4(MessageHash.hash(approval));
    }

    // ---------------------------------------------------------------------------------------------------------- change

    function _enter(address contractAddress, bytes32 contractHash, string calldata contractLink, Council memory council)
        internal
    {
        Entry storage entry = _entries[contractAddress];
        (council.linkHead, entry.commit, council.linkTail) = Link.split(contractLink);
        entry.version = 1;
        entry.contractHash = contractHash;
        entry.council = council.write();
    }

    /// @dev The code is looked at before the first call, so that no call can put it there only for this.
    function _carryOut(Upgrade[] calldata upgrades, Tally[] memory tallies, bytes32 digest) internal {
        for (uint256 i = 0; i < upgrades.length; ++i) {
            Code[] calldata code = upgrades[i].code;
            for (uint256 j = 0; j < code.length; ++j) {
                _assertCode(code[j].account, code[j].codeHash);
            }
        }
        for (uint256 i = 0; i < upgrades.length; ++i) {
            _change(upgrades[i], tallies[i].council, digest);
        }
        for (uint256 i = 0; i < upgrades.length; ++i) {
            _call(upgrades[i], tallies[i].council);
        }
    }

    function _assertCode(address account, bytes32 expected) private view {
        bytes32 found = account.codehash;
        if (found != expected) revert CodeMismatch(account, found, expected);
        bytes1 first;
        assembly ("memory-safe") {
            extcodecopy(account, 0x00, 0x00, 0x01)
            first := mload(0x00)
        }
        if (found == 0 || found == keccak256("") || first == 0xef) revert CodeUnacceptable(account, found);
    }

    /// @dev The version voids all that was signed or scheduled for it.
    function _change(Upgrade calldata upgrade, StoredCouncil memory council, bytes32 digest) private {
        if (upgrade.contractHash == 0) revert ContractHashZero(upgrade.contractAddress);
        Entry storage entry = _entries[upgrade.contractAddress];
        (bool same, bytes20 commit) =
            Link.commitBetween(council.code, council.linkAt, council.tailAt, upgrade.contractLink);
        if (!same) commit = _moveLink(entry, upgrade.contractLink);
        uint64 version = upgrade.version;
        entry.commit = commit;
        entry.version = version;
        entry.flags &= ~(VOTED | SCHEDULED);
        entry.contractHash = upgrade.contractHash;
        emit RecordChanged(
            upgrade.contractAddress,
            upgrade.contractHash,
            digest,
            upgrade.version,
            upgrade.contractLink,
            upgrade.buildHash,
            upgrade.code
        );
    }

    function _moveLink(Entry storage entry, string calldata contractLink) private returns (bytes20 commit) {
        Council memory council = entry.council.read().unpack();
        (council.linkHead, commit, council.linkTail) = Link.split(contractLink);
        entry.council = council.write();
    }

    function _call(Upgrade calldata upgrade, StoredCouncil memory council) private {
        Call[] calldata calls = upgrade.calls;
        if (calls.length == 0) return;
        if (council.executor.code.length == 0) {
            Clones.cloneDeterministic(executorImplementation, council.executorSalt);
            emit ExecutorCreated(upgrade.contractAddress, council.executor);
        }
        for (uint256 i = 0; i < calls.length; ++i) {
            Executor(payable(council.executor)).execute(calls[i]);
        }
    }
}
