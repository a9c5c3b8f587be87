// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Executor} from "./Executor.sol";
import {Governance} from "./Governance.sol";
import {References} from "./References.sol";
import {Changes} from "./base/Changes.sol";
import {Records} from "./base/Records.sol";
import {Schedules} from "./base/Schedules.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {Council, CouncilStore} from "./libraries/Council.sol";
import {Deployer} from "./libraries/Deployer.sol";
import {Entry} from "./libraries/Entry.sol";
import {Link} from "./libraries/Link.sol";
import {Tally} from "./libraries/Quorum.sol";
import {MessageHash} from "./libraries/MessageHash.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Signers} from "./libraries/Signers.sol";

/// @title The registry: see IRegistry
/// @dev It has no owner and cannot be upgraded (protocol §3). Reading order: register, finalize, then the views. What
/// carries out nothing is in Governance, whose code runs here by delegatecall: its address is part of this code, and can no
/// more change than this.
contract Registry is IRecords, Changes, Schedules {
    using CouncilStore for bytes;
    using CouncilStore for uint32;

    /// @dev A proxy's `owner()` needs about 10,000. Whoever tries to starve it, so that a contract seems to have no
    /// owner, is left with 1/63 of that to register with.
    uint256 private constant OWNER_GAS = 100_000;

    /// @notice Where fleets are kept: see IReferences.
    address public immutable references;

    address private immutable GOVERNANCE;

    constructor(address initialCurator) Records(address(new Executor())) {
        references = address(new References());
        GOVERNANCE = address(new Governance(executorImplementation, references));
        // Three were created above: Executor, References and Governance.
        _nextNumber = 4;
        curator = initialCurator;
        emit CuratorChanged(address(0), initialCurator);
    }

    // ----------------------------------------------------------------------------------------------------- registering

    /// @inheritdoc IRecords
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
        council.executor = _executorAt(contractAddress, council.executorSalt);
        council.signers = signers;
        council.contractSigners = contractSigners;
        council.minSignatures = minSignatures;
        _assertControl(contractAddress, council.executor);

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
    function _assertControl(address contractAddress, address executor_) private view {
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

    // ------------------------------------------------------------------------------------------------------ finalizing

    /// @inheritdoc IRecords
    function finalize(Approval calldata approval, bytes calldata signatures) external nonReentrant {
        uint64 deadline = approval.deadline;
        _assertDeadline(deadline);
        Upgrade[] calldata upgrades = approval.upgrades;
        bytes32 digest = _hashApproval(upgrades, deadline);
        Tally[] memory tallies = _open(upgrades);
        _assertAgreed(tallies, digest, signatures);
        for (uint256 i = 0; i < tallies.length; ++i) {
            _assertFree(tallies[i]);
        }
        _carryOut(upgrades, tallies, digest);
    }

    /// @inheritdoc IRecords
    function execute(Approval calldata approval) external nonReentrant {
        Upgrade[] calldata upgrades = approval.upgrades;
        bytes32 digest = _hashApproval(upgrades, approval.deadline);
        Tally[] memory tallies = _open(upgrades);
        _finish(digest, tallies);
        _carryOut(upgrades, tallies, digest);
    }

    /// @inheritdoc IRecords
    function reveal(
        Commitment calldata commitment,
        Approval calldata approval,
        bytes32 salt,
        Deployment[] calldata deployments
    ) external nonReentrant {
        bytes32 expected = keccak256(abi.encode(MessageHash.hash(approval.upgrades, approval.deadline), salt));
        if (commitment.commitment != expected) revert CommitmentMismatch(commitment.commitment, expected);
        _assertSameRecords(commitment, approval.upgrades);
        Tally[] memory tallies = _open(approval.upgrades);
        _assertGates(tallies);
        _finish(_hashTypedDataV4(MessageHash.hash(commitment)), tallies);
        for (uint256 i = 0; i < deployments.length; ++i) {
            Deployer.ensureDeployed(deployments[i]);
        }
        bytes32 digest = _hashApproval(approval.upgrades, approval.deadline);
        _assertUnscheduled(digest);
        for (uint256 i = 0; i < tallies.length; ++i) {
            _assertAlive(tallies[i], digest);
        }
        _carryOut(approval.upgrades, tallies, digest);
    }

    /// @dev What the guardians and signers of a commitment could see is what is changed.
    function _assertSameRecords(Commitment calldata commitment, Upgrade[] calldata upgrades) private pure {
        if (commitment.contracts.length != upgrades.length) {
            revert CommitmentLengths(commitment.contracts.length, upgrades.length);
        }
        if (commitment.versions.length != upgrades.length) {
            revert CommitmentLengths(commitment.versions.length, upgrades.length);
        }
        for (uint256 i = 0; i < upgrades.length; ++i) {
            (address found, uint64 version) = (upgrades[i].contractAddress, upgrades[i].version);
            (address expected, uint64 expectedVersion) = (commitment.contracts[i], commitment.versions[i]);
            if (found != expected || version != expectedVersion) {
                revert CommitmentOfOtherRecord(found, version, expected, expectedVersion);
            }
        }
    }

    /// @dev Every other function is Governance's; none of them takes ether.
    fallback(bytes calldata data) external returns (bytes memory) {
        return Address.functionDelegateCall(GOVERNANCE, data);
    }

    // ----------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IRecords
    function record(address contractAddress) external view returns (Record memory found) {
        Entry storage entry = _entries[contractAddress];
        if (entry.version == 0) return found;
        Council memory council = entry.council.read().unpack();
        found.contractHash = entry.contractHash;
        found.contractLink = Link.join(council.linkHead, entry.commit, council.linkTail);
        found.signers = council.signers;
        found.contractSigners = council.contractSigners;
        found.minSignatures = council.minSignatures;
        found.version = entry.version;
    }

    /// @inheritdoc IRecords
    function executor(address contractAddress) external view returns (address) {
        Entry storage entry = _entries[contractAddress];
        return entry.version == 0 ? address(0) : entry.council.read().executor();
    }

    /// @inheritdoc IRecords
    function executorOf(
        address contractAddress,
        bytes32 contractHash,
        string calldata contractLink,
        address[] calldata signers,
        uint32 contractSigners,
        uint8 minSignatures
    ) external view returns (address) {
        return _executorAt(
            contractAddress,
            _executorSalt(contractAddress, contractHash, contractLink, signers, contractSigners, minSignatures)
        );
    }

    /// @inheritdoc IRecords
    function hashApproval(Approval calldata approval) external view returns (bytes32) {
        return _hashApproval(approval.upgrades, approval.deadline);
    }

    /// @inheritdoc IRecords
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @dev An executor's code names its contract.
    function _executorAt(address contractAddress, bytes32 salt) private view returns (address) {
        bytes memory args = abi.encodePacked(contractAddress);
        return Clones.predictDeterministicAddressWithImmutableArgs(executorImplementation, args, salt);
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
