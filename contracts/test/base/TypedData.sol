// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";

/// @notice EIP-712 written down a second time, from the texts of protocol §4 and without contracts/src: what the
/// tests sign is not what the registry happens to hash.
library TypedData {
    string internal constant CALL = "Call(address target,uint256 value,uint64 minGas,bytes data)";
    string internal constant CODE = "Code(address account,bytes32 codeHash)";
    string internal constant UPGRADE =
        "Upgrade(address contractAddress,uint64 version,bytes32 contractHash,string contractLink,bytes32 buildHash,Code[] code,Call[] calls)";
    string internal constant APPROVAL = "Approval(Upgrade[] upgrades,uint64 deadline)";
    string internal constant REJECTION = "Rejection(bytes32 digest,uint64 deadline)";
    string internal constant ROTATION =
        "Rotation(address contractAddress,uint64 version,address[] signers,uint32 contractSigners,uint8 minSignatures,address authority,address guardian,address gate,uint32 delay,bool commitReveal,uint64 deadline)";
    string internal constant COMMITMENT =
        "Commitment(address[] contracts,uint64[] versions,bytes32 commitment,uint64 deadline)";
    string internal constant FOLLOWING =
        "Following(address contractAddress,uint64 version,address manager,bytes32 key,uint64 pinnedRevision,uint64 deadline)";
    string internal constant UNPAUSE =
        "Unpause(address contractAddress,uint64 version,uint64 pauseNumber,uint64 deadline)";
    string internal constant DOMAIN =
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

    function domainSeparator(uint256 chainId, address registry) internal pure returns (bytes32) {
        return
            keccak256(abi.encode(keccak256(bytes(DOMAIN)), keccak256("Countersign"), keccak256("1"), chainId, registry));
    }

    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function hash(ITypedMessages.Approval memory approval) internal pure returns (bytes32) {
        bytes memory upgrades;
        for (uint256 i = 0; i < approval.upgrades.length; ++i) {
            upgrades = bytes.concat(upgrades, hash(approval.upgrades[i]));
        }
        bytes32 typeHash = keccak256(bytes(string.concat(APPROVAL, CALL, CODE, UPGRADE)));
        return keccak256(abi.encode(typeHash, keccak256(upgrades), approval.deadline));
    }

    function hash(ITypedMessages.Upgrade memory upgrade) internal pure returns (bytes32) {
        bytes memory head = abi.encode(
            keccak256(bytes(string.concat(UPGRADE, CALL, CODE))),
            upgrade.contractAddress,
            upgrade.version,
            upgrade.contractHash,
            keccak256(bytes(upgrade.contractLink))
        );
        return keccak256(bytes.concat(head, abi.encode(upgrade.buildHash, hash(upgrade.code), hash(upgrade.calls))));
    }

    function hash(ITypedMessages.Code[] memory code) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i = 0; i < code.length; ++i) {
            hashes = bytes.concat(hashes, keccak256(abi.encode(keccak256(bytes(CODE)), code[i])));
        }
        return keccak256(hashes);
    }

    function hash(ITypedMessages.Call[] memory calls) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i = 0; i < calls.length; ++i) {
            ITypedMessages.Call memory call = calls[i];
            bytes32 hashed = keccak256(
                abi.encode(keccak256(bytes(CALL)), call.target, call.value, call.minGas, keccak256(call.data))
            );
            hashes = bytes.concat(hashes, hashed);
        }
        return keccak256(hashes);
    }

    function hash(ITypedMessages.Rejection memory rejection) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(bytes(REJECTION)), rejection.digest, rejection.deadline));
    }

    function hash(ITypedMessages.Rotation memory rotation) internal pure returns (bytes32) {
        bytes memory encoded = abi.encode(keccak256(bytes(ROTATION)), rotation.contractAddress, rotation.version);
        encoded = bytes.concat(encoded, hash(rotation.signers));
        encoded = bytes.concat(encoded, abi.encode(rotation.contractSigners, rotation.minSignatures));
        encoded = bytes.concat(encoded, abi.encode(rotation.authority, rotation.guardian, rotation.gate));
        encoded = bytes.concat(encoded, abi.encode(rotation.delay, rotation.commitReveal, rotation.deadline));
        return keccak256(encoded);
    }

    function hash(ITypedMessages.Commitment memory commitment) internal pure returns (bytes32) {
        bytes memory versions;
        for (uint256 i = 0; i < commitment.versions.length; ++i) {
            versions = bytes.concat(versions, abi.encode(commitment.versions[i]));
        }
        bytes memory encoded = abi.encode(keccak256(bytes(COMMITMENT)), hash(commitment.contracts), keccak256(versions));
        return keccak256(bytes.concat(encoded, abi.encode(commitment.commitment, commitment.deadline)));
    }

    function hash(ITypedMessages.Following memory following) internal pure returns (bytes32) {
        bytes memory encoded = abi.encode(keccak256(bytes(FOLLOWING)), following.contractAddress, following.version);
        encoded = bytes.concat(encoded, abi.encode(following.manager, following.key));
        return keccak256(bytes.concat(encoded, abi.encode(following.pinnedRevision, following.deadline)));
    }

    function hash(ITypedMessages.Unpause memory message) internal pure returns (bytes32) {
        bytes memory encoded = abi.encode(keccak256(bytes(UNPAUSE)), message.contractAddress, message.version);
        return keccak256(bytes.concat(encoded, abi.encode(message.pauseNumber, message.deadline)));
    }

    function hash(address[] memory accounts) internal pure returns (bytes32) {
        bytes memory words;
        for (uint256 i = 0; i < accounts.length; ++i) {
            words = bytes.concat(words, abi.encode(accounts[i]));
        }
        return keccak256(words);
    }
}
