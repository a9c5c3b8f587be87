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

    uint256 internal constant ENTRY = 65;

    /// @dev Half the order of secp256k1.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Who signed the entry at `offset`, and where the entry ends.
    /// @dev An account is recovered here. What a contract says is asked by {assertContractSigned}, once the caller
    /// knows that it is a signer at all.
    function readEntry(bytes32 digest, bytes calldata signatures, uint256 offset)
        internal
        view
        returns (address signer, bool isContract, uint256 end)
    {
        unchecked {
            // No overflow: offset is at most the length of calldata.
            end = offset + ENTRY;
            if (end > signatures.length) revert IRegistryTypes.SignaturesTruncated(offset, signatures.length);
            if (signatures[end - 1] != 0) {
                signer = recover(digest, signatures, offset);
                if (signer == address(0)) revertInvalid(signatures, offset);
                return (signer, false, end);
            }
            (bytes32 account, bytes32 length,) = parse(signatures, offset);
            if (uint256(account) > type(uint160).max) revertInvalid(signatures, offset);
            if (uint256(length) > signatures.length - end) {
                revert IRegistryTypes.SignaturesTruncated(offset, signatures.length);
            }
            return (address(uint160(uint256(account))), true, end + uint256(length));
        }
    }

    /// @dev As `ecrecover` with the 65 bytes at `offset`, which the caller knows to be there: r and s are copied from
    /// calldata at once. Zero where that gives nobody, or where s is in the upper half: every signature has a twin there
    /// (EIP-2).
    function recover(bytes32 digest, bytes calldata signatures, uint256 offset) internal view returns (address signer) {
        assembly ("memory-safe") {
            let entry := add(signatures.offset, offset)
            // What the precompile at 1 takes, beyond what is allocated: digest, v, r, s. Its answer stays away where there
            // is nobody.
            let input := mload(0x40)
            mstore(input, digest)
            mstore(add(input, 0x20), byte(0, calldataload(add(entry, 0x40))))
            calldatacopy(add(input, 0x40), entry, 0x40)
            mstore(0x00, 0)
            if lt(mload(add(input, 0x60)), add(HALF_ORDER, 1)) {
                pop(staticcall(gas(), 1, input, 0x80, 0x00, 0x20))
            }
            signer := mload(0x00)
        }
    }

    function revertInvalid(bytes calldata signatures, uint256 offset) private pure {
        (bytes32 r, bytes32 s, uint8 v) = parse(signatures, offset);
        revert IRegistryTypes.SignatureInvalid(offset, r, s, v);
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
        (bool success, uint256 size, bytes32 found) = ask(signer, CONTRACT_SIGNER_GAS, question);
        bytes32 expected = bytes32(IERC1271.isValidSignature.selector);
        if (success && size == 32 && found == expected) return;
        revert IRegistryTypes.ContractSignatureRefused(signer, success, size, found, expected);
    }

    /// @notice A static call that can neither use more than `gasLimit` nor return more than one word, filled up with zeros.
    function ask(address target, uint256 gasLimit, bytes memory question)
        internal
        view
        returns (bool success, uint256 size, bytes32 answer)
    {
        assembly ("memory-safe") {
            mstore(0x00, 0)
            success := staticcall(gasLimit, target, add(question, 0x20), mload(question), 0x00, 0x20)
            size := returndatasize()
            answer := mload(0x00)
        }
    }
}
