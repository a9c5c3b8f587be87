// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";
import {Council, CouncilStore} from "../libraries/Council.sol";
import {Entry} from "../libraries/Entry.sol";

/// @title The records: the storage that Registry and Governance share
/// @dev All storage is declared here, since Governance runs in the registry's.
abstract contract Records is IRegistryTypes, EIP712, ReentrancyGuardTransient {
    using CouncilStore for Council;

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

    function _entryOf(address contractAddress) internal view returns (Entry storage entry) {
        entry = _entries[contractAddress];
        if (entry.version == 0) revert NotRegistered(contractAddress);
    }

    function _pausedUntil(Entry storage entry) internal view returns (uint256) {
        return entry.pauseNumber == 0 ? 0 : uint256(entry.pausedFrom) + entry.pausedFor;
    }

    function _store(Council memory council) internal returns (uint32 number) {
        number = _nextNumber++;
        council.write(number);
    }
}
