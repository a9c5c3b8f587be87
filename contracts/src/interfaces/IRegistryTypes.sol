// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "./ITypedMessages.sol";

/// @title What the registry's functions take, tell and revert with
/// @dev docs/protocol.md §3 (registry).
interface IRegistryTypes is ITypedMessages {
    // ------------------------------------------------------------------------------------------------------- record

    /// @notice What the registry holds for one contract.
    /// @param signers ascending
    /// @param contractSigners bit i is set where signer i signs by ERC-1271; the others sign by ECDSA
    /// @param version counts accepted changes: 1 when registered, zero where nothing is registered
    struct Record {
        bytes32 contractHash;
        string contractLink;
        address[] signers;
        uint32 contractSigners;
        uint8 minSignatures;
        uint64 version;
    }

    /// @notice How a record is governed, beside its signers.
    /// @param accepted whether the authority rules in the signers' place
    struct Rules {
        address authority;
        address guardian;
        address gate;
        uint32 delay;
        bool commitReveal;
        bool accepted;
    }

    /// @notice A record's last pause, in unix seconds; all zero before the first.
    struct Pause {
        uint64 number;
        uint64 from;
        uint64 until;
    }

    /// @notice What a reveal deploys through the deterministic deployer, before the code is looked at.
    struct Deployment {
        bytes32 salt;
        bytes initcode;
    }

    enum Status {
        None,
        Waiting,
        Cancelled,
        Executed
    }

    // ------------------------------------------------------------------------------------------------------- events

    /// @notice A contract was registered, at version 1.
    /// @param executor makes the record's calls; there may be no code yet
    event Registered(
        address indexed contractAddress,
        bytes32 indexed contractHash,
        address indexed executor,
        string contractLink,
        address[] signers,
        uint32 contractSigners,
        uint8 minSignatures,
        address registrant
    );

    /// @notice A record moved to `version`. Emitted before the calls are made; a failed call undoes it.
    /// @param digest of the approval that the signers signed
    event RecordChanged(
        address indexed contractAddress,
        bytes32 indexed contractHash,
        bytes32 indexed digest,
        uint64 version,
        string contractLink,
        bytes32 buildHash,
        Code[] code
    );

    /// @notice The record's executor was created, at the address that `executor` had told beforehand.
    event ExecutorCreated(address indexed contractAddress, address indexed executor);

    /// @notice Who may register contracts that have no owner. Zero: nobody.
    event CuratorChanged(address indexed previousCurator, address indexed newCurator);

    /// @notice Will be curator once it accepts. Zero: nobody.
    event CuratorProposed(address indexed curator, address indexed pendingCurator);

    /// @notice Signers and governance of a record were replaced; its version moved.
    event Rotated(address indexed contractAddress, bytes32 indexed digest, Rotation rotation);

    /// @notice The authority that a rotation named rules now in the signers' place; the version moved.
    event AuthorityAccepted(address indexed contractAddress, address indexed authority, uint64 version);

    /// @notice What the contract follows changed, in {IReferences}; its version moved.
    event FollowingChanged(address indexed contractAddress, bytes32 indexed digest, Following following);

    /// @notice A change waits for its delay. The message is in full in one of the four events.
    event ApprovalScheduled(bytes32 indexed digest, Approval approval);
    event RotationScheduled(bytes32 indexed digest, Rotation rotation);
    event CommitmentScheduled(bytes32 indexed digest, Commitment commitment);
    event FollowingScheduled(bytes32 indexed digest, Following following);

    /// @notice A scheduled change is carried out; what it does is told by the events that follow.
    event Executed(bytes32 indexed digest);

    /// @notice A guardian ended a scheduled change.
    event Cancelled(bytes32 indexed digest, address indexed contractAddress, address indexed guardian);

    /// @notice Signers of a record spoke against a digest, for its version.
    /// @param signers bit i is set where signer i has rejected by now
    /// @param isDead whether these are enough to end it
    event Rejected(
        bytes32 indexed digest, address indexed contractAddress, uint64 version, uint32 signers, bool isDead
    );

    /// @notice A signer took back his approval of a digest, before it was scheduled or finalized.
    event Revoked(bytes32 indexed digest, address indexed contractAddress, uint64 version, address indexed signer);

    /// @notice Nothing but rotations happens to the record, at most until then.
    event Paused(address indexed contractAddress, uint64 indexed number, uint64 until);

    event Unpaused(address indexed contractAddress, uint64 indexed number, bytes32 indexed digest);

    /// @notice Announced by anyone; whether the signatures are a quorum is for the reader to verify.
    event Proposed(bytes32 indexed digest, address indexed sender, Approval approval, bytes signatures);

    // -------------------------------------------------------------------------------------------- errors: registering

    error AlreadyRegistered(address contractAddress);
    error NotRegistered(address contractAddress);
    /// @notice `contractAddress` has no code, so nothing could be upgraded there.
    error ContractWithoutCode(address contractAddress);
    /// @param owner what the contract's `owner()` answers; zero where it gives no address
    error RegistrationUnauthorized(address contractAddress, address sender, address owner);
    error SignerCountInvalid(uint256 found, uint256 maximum);
    error MinSignaturesInvalid(uint256 found, uint256 signers);
    /// @notice Signers, and signatures by signer, must rise strictly: so none is zero and none counts twice.
    error SignersNotAscending(address previous, address found);
    error RegistryAsSigner();
    /// @notice A bit beyond the last signer is set.
    error ContractSignersInvalid(uint32 found, uint256 signers);
    /// @notice A contract signer needs code, and an EIP-7702 designator is none.
    error ContractSignerWithoutCode(address signer);

    // --------------------------------------------------------------------------------- errors: registering, finalizing

    error ContractHashZero(address contractAddress);
    error ContractLinkTooLong(uint256 found, uint256 maximum);
    /// @notice Expected `BASE/tree/COMMIT[/PATH]`, COMMIT in 40 lowercase hex digits.
    error ContractLinkInvalid(string found);
    /// @notice Too little gas was left to store the council.
    error CouncilNotStored();

    // --------------------------------------------------------------------------------------------- errors: finalizing

    error DeadlinePassed(uint256 deadline, uint256 timestamp);
    error DeadlineTooFar(uint256 deadline, uint256 latest);
    /// @notice A message about no record at all.
    error NoRecords();
    error NoSignatures();
    error TooManyRecords(uint256 found, uint256 maximum);
    error DuplicateContract(address contractAddress);
    error VersionMismatch(address contractAddress, uint256 found, uint256 expected);
    /// @notice The entry at byte `offset` of `signatures` runs beyond their end.
    error SignaturesTruncated(uint256 offset, uint256 length);
    /// @notice The entry at byte `offset` recovers to nobody: v not 27 or 28, s in the upper half, or no point of the curve.
    error SignatureInvalid(uint256 offset, bytes32 r, bytes32 s, uint8 v);
    /// @notice No record of the approval has this signer as the kind (ERC-1271 contract or account) that signed.
    error SignerUnknown(address signer, bool isContract);
    /// @notice The ERC-1271 signer did not answer with exactly the magic value, in one word, within its gas.
    /// @param success false where it reverted, or its gas did not suffice
    /// @param length bytes of what it returned; `found` is the first 32 of them
    error ContractSignatureRefused(address signer, bool success, uint256 length, bytes32 found, bytes32 expected);
    error QuorumNotReached(address contractAddress, uint256 found, uint256 expected);
    error CodeMismatch(address account, bytes32 found, bytes32 expected);
    /// @notice Nobody can mean this code: none, empty, or beginning with 0xef (an EIP-7702 designator).
    error CodeUnacceptable(address account, bytes32 codeHash);

    // --------------------------------------------------------------------------------------------- errors: governance

    error OnlyCurator(address sender, address curator);
    error OnlyPendingCurator(address sender, address pendingCurator);
    error OnlyGate(address contractAddress, address sender, address gate);
    error OnlyGuardian(address contractAddress, address sender, address guardian);
    /// @notice The record's authority sends what signers would sign.
    error OnlyAuthority(address contractAddress, address sender, address authority);
    /// @notice Expected the authority that the last rotation named, and that has not accepted yet.
    error AuthorityNotPending(address contractAddress, address sender, address pending);
    error DelayTooLong(uint256 found, uint256 maximum);
    /// @notice The record has a delay: its changes are scheduled.
    error DelayRequired(address contractAddress, uint256 delay);
    /// @notice No record has a delay: the approval is finalized, the rotation sent, at once.
    error DelayNotNeeded();
    /// @notice Commit–reveal was not opted in to.
    error CommitRevealRefused(address contractAddress);
    error CommitmentMismatch(bytes32 found, bytes32 expected);
    error CommitmentLengths(uint256 found, uint256 expected);
    error CommitmentOfOtherRecord(
        address contractAddress, uint64 version, address committedContract, uint64 committedVersion
    );
    error NotWaiting(bytes32 digest, Status status);
    error AlreadyScheduled(bytes32 digest, Status status);
    /// @param slack seconds since it became ripe, without pauses: from 0 to 14 days it can be executed
    error NotRipe(bytes32 digest, int256 slack);
    error Expired(bytes32 digest, int256 slack);
    /// @notice Enough of the record's signers rejected it. A former authority's word counts as all of them.
    /// @param quorum signers − minSignatures + 1
    error DigestRejected(bytes32 digest, address contractAddress, uint256 rejections, uint256 quorum);
    error NotSigner(address contractAddress, address sender);
    error NotScheduledFor(bytes32 digest, address contractAddress);
    /// @notice The guardian has cancelled a rotation of this record since the last one that was carried out.
    error RotationProtected(address contractAddress);
    error RecordPaused(address contractAddress, uint256 until);
    error RecordNotPaused(address contractAddress);
    error PauseTooLong(uint256 found, uint256 maximum);
    error PauseTooSoon(address contractAddress, uint256 earliest);
    error PauseNumberMismatch(address contractAddress, uint256 found, uint256 expected);
    /// @notice Code was expected at this account after its deployment, and none was found.
    error DeploymentFailed(address account, bytes32 salt);

    // ------------------------------------------------------------------------------------------- errors: the executor

    error OnlyRegistry(address sender);
    error CallToRegistry();
    /// @notice A call with data needs code at its target, or it would succeed without doing anything. An EIP-7702 designator
    /// is none: what it names can be gone, and costs gas that `minGas` does not count.
    error CallToNoCode(address target);
    error CallValueTooHigh(address target, uint256 value, uint256 balance);
    error CallGasTooLow(address target, uint256 available, uint256 minGas);
    /// @param reason what the target reverted with, cut off after 1024 bytes
    error CallReverted(address target, bytes reason);
}
