// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "./IRegistryTypes.sol";

/// @title Registering contracts, and carrying out what was approved
interface IRecords is IRegistryTypes {
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

    /// @notice Carries out a scheduled approval, from ripe until 14 days later. Anyone may send it.
    function execute(Approval calldata approval) external;

    /// @notice Shows what was committed, and carries it out.
    /// @param deployments code of it that nobody could see before; what is there already is skipped
    function reveal(
        Commitment calldata commitment,
        Approval calldata approval,
        bytes32 salt,
        Deployment[] calldata deployments
    ) external;

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
}
