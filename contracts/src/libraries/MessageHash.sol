// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../interfaces/IRegistry.sol";

/// @title The EIP-712 struct hashes of what signers sign (protocol §4)
library MessageHash {
    bytes32 internal constant CODE_TYPEHASH = keccak256("Code(address account,bytes32 codeHash)");

    bytes32 internal constant CALL_TYPEHASH = keccak256("Call(address target,uint256 value,uint64 minGas,bytes data)");

    bytes32 internal constant UPGRADE_TYPEHASH = keccak256(
        "Upgrade(address contractAddress,uint64 version,bytes32 contractHash,string contractLink,bytes32 buildHash,Code[] code,Call[] calls)"
        "Call(address target,uint256 value,uint64 minGas,bytes data)" "Code(address account,bytes32 codeHash)"
    );

    bytes32 internal constant APPROVAL_TYPEHASH = keccak256(
        "Approval(Upgrade[] upgrades,uint64 deadline)" "Call(address target,uint256 value,uint64 minGas,bytes data)"
        "Code(address account,bytes32 codeHash)"
        "Upgrade(address contractAddress,uint64 version,bytes32 contractHash,string contractLink,bytes32 buildHash,Code[] code,Call[] calls)"
    );

    function hash(IRegistry.Approval calldata approval) internal pure returns (bytes32) {
        IRegistry.Upgrade[] calldata upgrades = approval.upgrades;
        bytes32[] memory hashes = new bytes32[](upgrades.length);
        for (uint256 i = 0; i < upgrades.length; ++i) {
            hashes[i] = hash(upgrades[i]);
        }
        return keccak256(abi.encode(APPROVAL_TYPEHASH, hashArray(hashes), approval.deadline));
    }

    function hash(IRegistry.Upgrade calldata upgrade) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                UPGRADE_TYPEHASH,
                upgrade.contractAddress,
                upgrade.version,
                upgrade.contractHash,
                keccak256(bytes(upgrade.contractLink)),
                upgrade.buildHash,
                hash(upgrade.code),
                hash(upgrade.calls)
            )
        );
    }

    function hash(IRegistry.Code[] calldata code) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](code.length);
        for (uint256 i = 0; i < code.length; ++i) {
            hashes[i] = keccak256(abi.encode(CODE_TYPEHASH, code[i]));
        }
        return hashArray(hashes);
    }

    function hash(IRegistry.Call[] calldata calls) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            IRegistry.Call calldata call = calls[i];
            hashes[i] = keccak256(abi.encode(CALL_TYPEHASH, call.target, call.value, call.minGas, keccak256(call.data)));
        }
        return hashArray(hashes);
    }

    /// @dev EIP-712: an array is hashed as its members' hashes, one after the other.
    function hashArray(bytes32[] memory hashes) private pure returns (bytes32 hashed) {
        assembly ("memory-safe") {
            hashed := keccak256(add(hashes, 0x20), mul(mload(hashes), 0x20))
        }
    }
}
