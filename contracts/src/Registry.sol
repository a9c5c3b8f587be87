// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Executor} from "./Executor.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Council, CouncilStore} from "./libraries/Council.sol";
import {Link} from "./libraries/Link.sol";
import {MessageHash} from "./libraries/MessageHash.sol";
import {Quorum, Tally} from "./libraries/Quorum.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Signers} from "./libraries/Signers.sol";

/// @title The registry: see IRegistry
/// @dev It has no owner and cannot be upgraded (protocol §3). Reading order: register, finalize, then the views.
contract Registry is IRegistry, EIP712, ReentrancyGuardTransient {
    using CouncilStore for Council;
    using CouncilStore for address;
    using Quorum for Tally[];

    /// @dev Three slots. An upgrade writes two: the commit of the link travels with the version.
    struct Entry {
        bytes20 commit;
        uint64 version;
        bytes32 contractHash;
        address council;
    }

    uint256 private constant MAX_DEADLINE = 30 days;

    /// @dev A proxy's `owner()` needs about 10,000. Whoever tries to starve it, so that a contract seems to have no
    /// owner, is left with 1/63 of that to register with.
    uint256 private constant OWNER_GAS = 100_000;

    /// @notice What every executor is a clone of.
    address public immutable executorImplementation = address(new Executor());

    address public curator;

    mapping(address contractAddress => Entry) private _entries;

    constructor(address initialCurator) EIP712("Countersign", "1") {
        curator = initialCurator;
        emit CuratorChanged(address(0), initialCurator);
    }

    // ----------------------------------------------------------------------------------------------------- registering

    /// @inheritdoc IRegistry
    function register(
        address contractAddress,
        bytes32 contractHash,
        string calldata contractLink,
        address[] calldata signers,
        uint32 contractSigners,
        uint8 minSignatures
    ) external nonReentrant {
        if (_entries[contractAddress].version != 0) revert AlreadyRegistered(contractAddress);
        if (contractAddress.code.length == 0) revert ContractWithoutCode(contractAddress);
        if (contractHash == 0) revert ContractHashZero(contractAddress);
        Signers.assertValid(signers, contractSigners, minSignatures);

        Council memory council;
        council.executorSalt =
            _executorSalt(contractAddress, contractHash, contractLink, signers, contractSigners, minSignatures);
        council.executor = _executorAt(council.executorSalt);
        council.signers = signers;
        council.contractSigners = contractSigners;
        council.minSignatures = minSignatures;
        _assertAuthority(contractAddress, council.executor);

        _enter(contractAddress, contractHash, contractLink, council);
        emit Registered(
            contractAddress,
            contractHash,
            council.executor,
            contractLink,
            signers,
            contractSigners,
            minSignatures,
            msg.sender
        );
    }

    /// @dev Nobody can squat on a contract: who controls it, or nobody but the curator, decides who its signers are.
    function _assertAuthority(address contractAddress, address executor_) private view {
        if (msg.sender == contractAddress) return;
        address owner = _ownerOf(contractAddress);
        if (owner == address(0)) {
            // A simulation without a sender comes from zero, and would pass where there is no curator.
            if (msg.sender == curator && msg.sender != address(0)) return;
        } else if (msg.sender == owner || owner == executor_) {
            return;
        }
        revert RegistrationUnauthorized(contractAddress, msg.sender, owner);
    }

    /// @dev Zero where `owner()` gives no address: it reverts, answers less than a word, or more than 160 bits.
    function _ownerOf(address contractAddress) private view returns (address) {
        (bool success, uint256 size, bytes32 answer) =
            Signatures.ask(contractAddress, OWNER_GAS, abi.encodeWithSignature("owner()"));
        bool isAddress = success && size >= 32 && uint256(answer) <= type(uint160).max;
        return isAddress ? address(uint160(uint256(answer))) : address(0);
    }

    function _enter(address contractAddress, bytes32 contractHash, string calldata contractLink, Council memory council)
        private
    {
        bytes20 commit;
        (council.linkHead, commit, council.linkTail) = Link.split(contractLink);
        _entries[contractAddress] =
            Entry({commit: commit, version: 1, contractHash: contractHash, council: council.write()});
    }

    // ------------------------------------------------------------------------------------------------------ finalizing

    /// @inheritdoc IRegistry
    function finalize(Approval calldata approval, bytes calldata signatures) external nonReentrant {
        _assertDeadline(approval.deadline);
        Tally[] memory tallies = _open(approval.upgrades);
        bytes32 digest = hashApproval(approval);
        tallies.count(digest, signatures);
        _assertQuorums(approval.upgrades, tallies);
        _assertCode(approval.upgrades);
        _change(approval.upgrades, tallies, digest);
        _call(approval.upgrades, tallies);
    }

    function _assertDeadline(uint256 deadline) private view {
        uint256 latest = block.timestamp + MAX_DEADLINE;
        if (deadline < block.timestamp) revert DeadlinePassed(deadline, block.timestamp);
        if (deadline > latest) revert DeadlineTooFar(deadline, latest);
    }

    /// @dev One empty tally for each record, once it is certain that the approval is for its next version.
    function _open(Upgrade[] calldata upgrades) private view returns (Tally[] memory tallies) {
        if (upgrades.length == 0) revert NoUpgrades();
        tallies = new Tally[](upgrades.length);
        for (uint256 i = 0; i < upgrades.length; ++i) {
            address contractAddress = upgrades[i].contractAddress;
            for (uint256 j = 0; j < i; ++j) {
                if (upgrades[j].contractAddress == contractAddress) revert DuplicateContract(contractAddress);
            }
            Entry storage entry = _entries[contractAddress];
            uint256 version = entry.version;
            if (version == 0) revert NotRegistered(contractAddress);
            if (upgrades[i].version != version + 1) {
                revert VersionMismatch(contractAddress, upgrades[i].version, version + 1);
            }
            tallies[i].council = entry.council.read();
        }
    }

    function _assertQuorums(Upgrade[] calldata upgrades, Tally[] memory tallies) private pure {
        for (uint256 i = 0; i < tallies.length; ++i) {
            uint256 expected = tallies[i].council.minSignatures;
            if (tallies[i].signed < expected) {
                revert QuorumNotReached(upgrades[i].contractAddress, tallies[i].signed, expected);
            }
        }
    }

    /// @dev Before the first call, so that no call can put the code there only for this look at it.
    function _assertCode(Upgrade[] calldata upgrades) private view {
        for (uint256 i = 0; i < upgrades.length; ++i) {
            Code[] calldata code = upgrades[i].code;
            for (uint256 j = 0; j < code.length; ++j) {
                _assertCodeAt(code[j].account, code[j].codeHash);
            }
        }
    }

    function _assertCodeAt(address account, bytes32 expected) private view {
        bytes32 found = account.codehash;
        if (found != expected) revert CodeMismatch(account, found, expected);
        bytes1 first;
        assembly ("memory-safe") {
            extcodecopy(account, 0x00, 0x00, 0x01)
            first := mload(0x00)
        }
        if (found == 0 || found == keccak256("") || first == 0xef) revert CodeUnacceptable(account, found);
    }

    function _change(Upgrade[] calldata upgrades, Tally[] memory tallies, bytes32 digest) private {
        for (uint256 i = 0; i < upgrades.length; ++i) {
            Upgrade calldata upgrade = upgrades[i];
            if (upgrade.contractHash == 0) revert ContractHashZero(upgrade.contractAddress);
            Entry storage entry = _entries[upgrade.contractAddress];
            Council memory council = tallies[i].council;
            (bool same, bytes20 commit) = Link.commitBetween(council.linkHead, upgrade.contractLink, council.linkTail);
            if (!same) {
                (council.linkHead, commit, council.linkTail) = Link.split(upgrade.contractLink);
                entry.council = council.write();
            }
            entry.commit = commit;
            entry.version = upgrade.version;
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
    }

    function _call(Upgrade[] calldata upgrades, Tally[] memory tallies) private {
        for (uint256 i = 0; i < upgrades.length; ++i) {
            Call[] calldata calls = upgrades[i].calls;
            if (calls.length == 0) continue;
            Council memory council = tallies[i].council;
            if (council.executor.code.length == 0) {
                Clones.cloneDeterministic(executorImplementation, council.executorSalt);
                emit ExecutorCreated(upgrades[i].contractAddress, council.executor);
            }
            for (uint256 j = 0; j < calls.length; ++j) {
                Executor(payable(council.executor)).execute(calls[j]);
            }
        }
    }

    // ----------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IRegistry
    function record(address contractAddress) external view returns (Record memory found) {
        Entry storage entry = _entries[contractAddress];
        if (entry.version == 0) return found;
        Council memory council = entry.council.read();
        found.contractHash = entry.contractHash;
        found.contractLink = Link.join(council.linkHead, entry.commit, council.linkTail);
        found.signers = council.signers;
        found.contractSigners = council.contractSigners;
        found.minSignatures = council.minSignatures;
        found.version = entry.version;
    }

    /// @inheritdoc IRegistry
    function executor(address contractAddress) external view returns (address) {
        Entry storage entry = _entries[contractAddress];
        return entry.version == 0 ? address(0) : entry.council.read().executor;
    }

    /// @inheritdoc IRegistry
    function executorOf(
        address contractAddress,
        bytes32 contractHash,
        string calldata contractLink,
        address[] calldata signers,
        uint32 contractSigners,
        uint8 minSignatures
    ) external view returns (address) {
        return _executorAt(
            _executorSalt(contractAddress, contractHash, contractLink, signers, contractSigners, minSignatures)
        );
    }

    /// @inheritdoc IRegistry
    function hashApproval(Approval calldata approval) public view returns (bytes32) {
        return _hashTypedDataV4(MessageHash.hash(approval));
    }

    /// @inheritdoc IRegistry
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _executorAt(bytes32 salt) private view returns (address) {
        return Clones.predictDeterministicAddress(executorImplementation, salt);
    }

    function _executorSalt(
        address contractAddress,
        bytes32 contractHash,
        string calldata contractLink,
        address[] calldata signers,
        uint32 contractSigners,
        uint8 minSignatures
    ) private pure returns (bytes32) {
        return keccak256(
            abi.encode(contractAddress, contractHash, contractLink, signers, contractSigners, minSignatures)
        );
    }
}
