// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MessageHash} from "../src/libraries/MessageHash.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {IRegistry} from "../src/interfaces/IRegistry.sol";
import {RegistryTest} from "./base/RegistryTest.sol";
import {TypedData} from "./base/TypedData.sol";
import {vm} from "./base/Vm.sol";

/// @notice Type hashes, struct hashes and digests: derived here again, and compared with the vectors that TypeScript reads.
contract TypeHashTest is RegistryTest {
    string private constant TYPES = string.concat(
        "Approval(Upgrade[] upgrades,uint64 deadline)",
        "Call(address target,uint256 value,uint64 minGas,bytes data)",
        "Code(address account,bytes32 codeHash)",
        "Upgrade(address contractAddress,uint64 version,bytes32 contractHash,string contractLink,bytes32 buildHash,Code[] code,Call[] calls)"
    );

    function test_typeHashes_areThoseOfTheProtocol() public pure {
        vm.assertEq(MessageHash.CODE_TYPEHASH, keccak256(bytes(TypedData.CODE)));
        vm.assertEq(MessageHash.CALL_TYPEHASH, keccak256(bytes(TypedData.CALL)));
        vm.assertEq(
            MessageHash.UPGRADE_TYPEHASH,
            keccak256(bytes(string.concat(TypedData.UPGRADE, TypedData.CALL, TypedData.CODE)))
        );
        vm.assertEq(MessageHash.APPROVAL_TYPEHASH, keccak256(bytes(TYPES)));
        vm.assertEq(MessageHash.REJECTION_TYPEHASH, keccak256(bytes(TypedData.REJECTION)));
        vm.assertEq(MessageHash.ROTATION_TYPEHASH, keccak256(bytes(TypedData.ROTATION)));
        vm.assertEq(MessageHash.COMMITMENT_TYPEHASH, keccak256(bytes(TypedData.COMMITMENT)));
        vm.assertEq(MessageHash.UNPAUSE_TYPEHASH, keccak256(bytes(TypedData.UNPAUSE)));
    }

    function test_vectors_recordOnly() public {
        checkVector("record-only");
    }

    function test_vectors_upgrade() public {
        checkVector("upgrade");
    }

    function test_vectors_severalRecords() public {
        checkVector("several-records");
    }

    function test_vectors_extremes() public {
        checkVector("extremes");
    }

    /// @dev `shape` picks how many upgrades, codes and calls there are: 0 to 2 each.
    function testFuzz_hashApproval_agreesWithTheSecondDerivation(
        IRegistryTypes.Code calldata code,
        IRegistryTypes.Call calldata call,
        address contractAddress,
        uint64 number,
        string calldata link,
        uint8 shape
    ) public view {
        IRegistryTypes.Approval memory approval;
        approval.deadline = number;
        approval.upgrades = new IRegistryTypes.Upgrade[](shape % 3);
        for (uint256 i = 0; i < approval.upgrades.length; ++i) {
            IRegistryTypes.Upgrade memory upgrade = approval.upgrades[i];
            upgrade.contractAddress = contractAddress;
            upgrade.version = number ^ uint64(i);
            upgrade.contractHash = code.codeHash;
            upgrade.contractLink = link;
            upgrade.code = new IRegistryTypes.Code[]((shape / 3 + i) % 3);
            upgrade.calls = new IRegistryTypes.Call[]((shape / 9 + i) % 3);
            for (uint256 j = 0; j < upgrade.code.length; ++j) {
                upgrade.code[j] = code;
            }
            for (uint256 j = 0; j < upgrade.calls.length; ++j) {
                upgrade.calls[j] = call;
            }
        }
        vm.assertEq(registry.hashApproval(approval), digestOf(approval));
    }

    function testFuzz_hash_ofARotationAgreesWithTheSecondDerivation(IRegistryTypes.Rotation calldata rotation)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(rotation), TypedData.hash(rotation));
    }

    function testFuzz_hash_ofACommitmentAgreesWithTheSecondDerivation(IRegistryTypes.Commitment calldata commitment)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(commitment), TypedData.hash(commitment));
    }

    function testFuzz_hash_ofARejectionAgreesWithTheSecondDerivation(IRegistryTypes.Rejection calldata rejection)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(rejection), TypedData.hash(rejection));
    }

    function testFuzz_hash_ofAnUnpauseAgreesWithTheSecondDerivation(IRegistryTypes.Unpause calldata message)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(message), TypedData.hash(message));
    }

    function test_domain_isThatOfErc5267() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address verifier,,) =
            registry.eip712Domain();
        vm.assertEq(bytes32(fields), bytes32(hex"0f"));
        vm.assertEq(name, "Countersign");
        vm.assertEq(version, "1");
        vm.assertEq(chainId, block.chainid);
        vm.assertEq(verifier, address(registry));
    }

    function test_domain_followsTheChainId() public {
        bytes32 before = registry.DOMAIN_SEPARATOR();
        vm.assertEq(before, TypedData.domainSeparator(block.chainid, address(registry)));
        vm.chainId(987_654);
        vm.assertEq(registry.DOMAIN_SEPARATOR(), TypedData.domainSeparator(987_654, address(registry)));
        vm.assertNotEq(registry.DOMAIN_SEPARATOR(), before);
    }

    function checkVector(string memory name) private {
        string memory json = vm.readFile(string.concat("test/vectors/approval/", name, ".json"));
        uint256 chainId = vm.parseJsonUint(json, ".domain.chainId");
        address verifier = vm.parseJsonAddress(json, ".domain.verifyingContract");
        IRegistryTypes.Approval memory approval =
            abi.decode(vm.parseJsonType(json, ".message", TYPES), (IRegistryTypes.Approval));

        vm.assertEq(vm.parseJsonString(json, ".domain.name"), "Countersign");
        vm.assertEq(vm.parseJsonBytes32(json, ".typeHash"), MessageHash.APPROVAL_TYPEHASH);
        vm.assertEq(vm.parseJsonBytes32(json, ".structHash"), TypedData.hash(approval));
        vm.assertEq(vm.parseJsonBytes32(json, ".domainSeparator"), TypedData.domainSeparator(chainId, verifier));

        // The same registry, as if it stood on the vector's chain at the vector's address.
        vm.chainId(chainId);
        deployAt(verifier);
        vm.assertEq(IRegistry(verifier).DOMAIN_SEPARATOR(), vm.parseJsonBytes32(json, ".domainSeparator"));
        vm.assertEq(IRegistry(verifier).hashApproval(approval), vm.parseJsonBytes32(json, ".digest"));
    }

    /// @dev The code caches the address that it was created at; it must notice that it stands elsewhere.
    function deployAt(address place) private {
        vm.etch(place, address(registry).code);
    }
}
