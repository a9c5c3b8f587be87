// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";

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

    bytes32 internal constant REJECTION_TYPEHASH = keccak256("Rejection(bytes32 digest,uint64 deadline)");

    bytes32 internal constant ROTATION_TYPEHASH = keccak256(
        "Rotation(address contractAddress,uint64 version,address[] signers,uint32 contractSigners,uint8 minSignatures,address authority,address guardian,address gate,uint32 delay,bool commitReveal,uint64 deadline)"
    );

    bytes32 internal constant COMMITMENT_TYPEHASH =
        keccak256("Commitment(address[] contracts,uint64[] versions,bytes32 commitment,uint64 deadline)");

    bytes32 internal constant UNPAUSE_TYPEHASH =
        keccak256("Unpause(address contractAddress,uint64 version,uint64 pauseNumber,uint64 deadline)");

    function hash(IRegistryTypes.Approval calldata approval) internal pure returns (bytes32) {
        IRegistryTypes.Upgrade[] calldata upgrades = approval.upgrades;
        bytes32[] memory hashes = new bytes32[](upgrades.length);
        for (uint256 i = 0; i < upgrades.length; ++i) {
            hashes[i] = hash(upgrades[i]);
        }
        return keccak256(abi.encode(APPROVAL_TYPEHASH, hashArray(hashes), approval.deadline));
    }

    function hash(IRegistryTypes.Upgrade calldata upgrade) internal pure returns (bytes32) {
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

    function hash(IRegistryTypes.Code[] calldata code) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](code.length);
        for (uint256 i = 0; i < code.length; ++i) {
            hashes[i] = keccak256(abi.encode(CODE_TYPEHASH, code[i]));
        }
        return hashArray(hashes);
    }

    function hash(IRegistryTypes.Call[] calldata calls) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            IRegistryTypes.Call calldata call = calls[i];
            hashes[i] = keccak256(abi.encode(CALL_TYPEHASH, call.target, call.value, call.minGas, keccak256(call.data)));
        }
        return hashArray(hashes);
    }

    function hash(IRegistryTypes.Rejection calldata rejection) internal pure returns (bytes32) {
        return keccak256(abi.encode(REJECTION_TYPEHASH, rejection));
    }

    function hash(IRegistryTypes.Rotation calldata rotation) internal pure returns (bytes32) {
        bytes memory head = abi.encode(
            ROTATION_TYPEHASH,
            rotation.contractAddress,
            rotation.version,
            keccak256(abi.encodePacked(rotation.signers)),
            rotation.contractSigners,
            rotation.minSignatures
        );
        bytes memory tail = abi.encode(
            rotation.authority,
            rotation.guardian,
            rotation.gate,
            rotation.delay,
            rotation.commitReveal,
            rotation.deadline
        );
        return keccak256(bytes.concat(head, tail));
    }

    function hash(IRegistryTypes.Commitment calldata commitment) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                COMMITMENT_TYPEHASH,
                keccak256(abi.encodePacked(commitment.contracts)),
                keccak256(abi.encodePacked(commitment.versions)),
                commitment.commitment,
                commitment.deadline
            )
        );
    }

    function hash(IRegistryTypes.Unpause calldata unpause) internal pure returns (bytes32) {
        return keccak256(abi.encode(UNPAUSE_TYPEHASH, unpause));
    }

    /// @dev EIP-712: an array is hashed as its members' hashes, one after the other.
    function hashArray(bytes32[] memory hashes) private pure returns (bytes32 hashed) {
        assembly ("memory-safe") {
            hashed := keccak256(add(hashes, 0x20), mul(mload(hashes), 0x20))
        }
    }
}
