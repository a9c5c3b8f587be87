// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Countersign's registry: which code belongs behind which contract, as its signers agreed
/// @notice Holds a record for every registered contract: the tree hash of its source directory, the link to that
/// directory at a commit, and the signers who alone can move it. Whoever sends the transactions has no authority.
/// @dev docs/protocol.md §3 (registry) and §4 (what signers sign).
interface IRegistry {
    // ------------------------------------------------------------------------------------------ typed messages (§4)

    /// @notice What signers sign: one signature covers every record that moves together.
    /// @param deadline unix seconds, at most 30 days ahead
    struct Approval {
        Upgrade[] upgrades;
        uint64 deadline;
    }

    /// @notice The next state of one record, and the calls that bring its contract there.
    /// @param version the version that the record will have, so it is the nonce
    /// @param contractHash tree hash (§2) of the source directory
    /// @param contractLink `BASE/tree/COMMIT[/PATH]`, COMMIT in 40 lowercase hex digits
    /// @param buildHash how the bytes came to be (§4); zero where nothing is compiled
    struct Upgrade {
        address contractAddress;
        uint64 version;
        bytes32 contractHash;
        string contractLink;
        bytes32 buildHash;
        Code[] code;
        Call[] calls;
    }

    /// @notice What must stand at an address before the first call: the implementation, or each facet.
    struct Code {
        address account;
        bytes32 codeHash;
    }

    /// @notice A call that the record's executor makes, paid from the executor's own balance.
    /// @param minGas the least that must reach the call; zero: no minimum
    struct Call {
        address target;
        uint256 value;
        uint64 minGas;
        bytes data;
    }

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
    /// @notice Code and kind disagree: a contract signer needs code, an account may have none but an EIP-7702 designator.
    error SignerKindMismatch(address signer, bool isContract);

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
    error NoUpgrades();
    error DuplicateContract(address contractAddress);
    error VersionMismatch(address contractAddress, uint256 found, uint256 expected);
    /// @notice The entry at byte `offset` of `signatures` runs beyond their end.
    error SignaturesTruncated(uint256 offset, uint256 length);
    /// @notice The entry at byte `offset` recovers to nobody: v not 27 or 28, s in the upper half, or no point of the curve.
    error SignatureInvalid(uint256 offset, bytes32 r, bytes32 s, uint8 v);
    /// @notice No record of the approval has this signer as the kind (ERC-1271 contract or account) that signed.
    error SignerUnknown(address signer, bool isContract);
    /// @notice The ERC-1271 signer did not answer with exactly the magic value within its gas.
    error ContractSignatureRefused(address signer);
    error QuorumNotReached(address contractAddress, uint256 found, uint256 expected);
    error CodeMismatch(address account, bytes32 found, bytes32 expected);
    /// @notice Nobody can mean this code: none, empty, or beginning with 0xef (an EIP-7702 designator).
    error CodeUnacceptable(address account, bytes32 codeHash);

    // ------------------------------------------------------------------------------------------- errors: the executor

    error OnlyRegistry(address sender);
    error CallToRegistry();
    /// @notice A call with data needs code at its target, or it would succeed without doing anything.
    error CallToNoCode(address target);
    error CallValueTooHigh(address target, uint256 value, uint256 balance);
    error CallGasTooLow(address target, uint256 available, uint256 minGas);
    /// @param reason what the target reverted with, cut off after 1024 bytes
    error CallReverted(address target, bytes reason);

    // ------------------------------------------------------------------------------------------------------ functions

    /// @notice Registers a contract at version 1.
    /// @dev May be sent by the contract itself; by what its `owner()` answers; by anyone where that is the executor of
    /// exactly these arguments; by the curator only where `owner()` gives no address (§3 Register).
    /// @param signers 1 to 32, strictly ascending
    /// @param contractSigners bit i is set where signer i is an ERC-1271 contract
    function register(
        address contractAddress,
        bytes32 contractHash,
        string calldata contractLink,
        address[] calldata signers,
        uint32 contractSigners,
        uint8 minSignatures
    ) external;

    /// @notice Moves every record of the approval and makes its calls, or changes nothing. Anyone may send it.
    /// @param signatures entries in strictly ascending order of signer. An account's: r ‖ s ‖ v, 65 bytes. A
    /// contract's: its address in 32 bytes ‖ length of data in 32 bytes ‖ 0x00 ‖ data (§3 Signers)
    function finalize(Approval calldata approval, bytes calldata signatures) external;

    /// @notice The record of a contract; all zero where it is not registered.
    function record(address contractAddress) external view returns (Record memory);

    /// @notice The executor of a registered contract; zero where it is not registered.
    function executor(address contractAddress) external view returns (address);

    /// @notice The executor that exactly this registration will have, so that ownership can be handed over beforehand.
    function executorOf(
        address contractAddress,
        bytes32 contractHash,
        string calldata contractLink,
        address[] calldata signers,
        uint32 contractSigners,
        uint8 minSignatures
    ) external view returns (address);

    /// @notice The EIP-712 digest that the signers of this approval sign.
    function hashApproval(Approval calldata approval) external view returns (bytes32);

    /// @notice The EIP-712 domain separator of this chain: computed again where the chain id has changed.
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice Who may register contracts that have no owner; zero: nobody.
    function curator() external view returns (address);
}
