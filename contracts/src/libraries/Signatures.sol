// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";

/// @title The entries of `signatures` (protocol §3 Signers)
/// @dev An account's entry: r ‖ s ‖ v. A contract's: its address in 32 bytes ‖ length in 32 bytes ‖ 0x00 ‖ data. The
/// 65th byte tells them apart, since an account's v is 27 or 28.
library Signatures {
    /// @dev Enough for a Safe of nine; a hostile signer cannot make a finalize dearer than this.
    uint256 internal constant CONTRACT_SIGNER_GAS = 300_000;

    uint256 private constant ENTRY = 65;

    /// @dev Half the order of secp256k1.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Who signed the entry at `offset`, and where the entry ends.
    /// @dev An account is recovered here. What a contract says is asked by {assertContractSigned}, once the caller
    /// knows that it is a signer at all.
    function readEntry(bytes32 digest, bytes calldata signatures, uint256 offset)
        internal
        pure
        returns (address signer, bool isContract, uint256 end)
    {
        unchecked {
            // No overflow: offset is at most the length of calldata.
            end = offset + ENTRY;
            if (end > signatures.length) revert IRegistryTypes.SignaturesTruncated(offset, signatures.length);
            (bytes32 r, bytes32 s, uint8 v) = parse(signatures, offset);
            if (v != 0) {
                // Every signature has a twin with s in the upper half (EIP-2).
                if (uint256(s) <= HALF_ORDER) signer = ecrecover(digest, v, r, s);
                if (signer == address(0)) revert IRegistryTypes.SignatureInvalid(offset, r, s, v);
                return (signer, false, end);
            }
            if (uint256(r) > type(uint160).max) revert IRegistryTypes.SignatureInvalid(offset, r, s, v);
            if (uint256(s) > signatures.length - end) revert IRegistryTypes.SignaturesTruncated(offset, signatures.length);
            return (address(uint160(uint256(r))), true, end + uint256(s));
        }
    }

    /// @dev The 65 bytes at `offset`, which the caller knows to be there.
    function parse(bytes calldata signatures, uint256 offset) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            let entry := add(signatures.offset, offset)
            r := calldataload(entry)
            s := calldataload(add(entry, 0x20))
            v := byte(0, calldataload(add(entry, 0x40)))
        }
    }

    /// @notice Reverts unless the contract signer at `offset` answers for its data with exactly the magic value.
    /// @dev Its gas is capped; of its answer one word is copied, however long it is (no return bomb).
    function assertContractSigned(bytes32 digest, address signer, bytes calldata entry) internal view {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, entry[ENTRY:]));
        (bool success, uint256 size, bytes32 answer) = ask(signer, CONTRACT_SIGNER_GAS, question);
        bool signed = success && size == 32 && answer == bytes32(IERC1271.isValidSignature.selector);
        if (!signed) revert IRegistryTypes.ContractSignatureRefused(signer);
    }

    /// @notice A static call that can neither use more than `gasLimit` nor return more than one word.
    function ask(address target, uint256 gasLimit, bytes memory question)
        internal
        view
        returns (bool success, uint256 size, bytes32 answer)
    {
        assembly ("memory-safe") {
            success := staticcall(gasLimit, target, add(question, 0x20), mload(question), 0x00, 0x20)
            size := returndatasize()
            answer := mload(0x00)
        }
    }
}
