// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {TypedData} from "./TypedData.sol";
import {vm} from "./Vm.sol";

/// @notice A registered contract that notes what is called on it.
contract Target {
    address public owner;
    uint256 public calls;
    uint256 public gasSeen;
    bytes public lastData;

    constructor(address initialOwner) {
        owner = initialOwner;
    }

    function note(bytes calldata data) external payable {
        gasSeen = gasleft();
        ++calls;
        lastData = data;
    }

    function fail(bytes calldata reason) external pure {
        assembly ("memory-safe") {
            calldatacopy(0, reason.offset, reason.length)
            revert(0, reason.length)
        }
    }

    function transferOwnership(address newOwner) external {
        require(msg.sender == owner, "not the owner");
        owner = newOwner;
    }
}

/// @notice One registry, one registered target, nine signers of whom six must sign.
abstract contract RegistryTest {
    uint256 internal constant NOW = 1_800_000_000;
    bytes32 internal constant HASH = keccak256("contract hash 1");
    bytes32 internal constant NEXT_HASH = keccak256("contract hash 2");
    string internal constant LINK =
        "https://github.com/acme/vault/tree/0123456789abcdef0123456789abcdef01234567/contracts/vault";
    string internal constant NEXT_LINK =
        "https://github.com/acme/vault/tree/fedcba9876543210fedcba9876543210fedcba98/contracts/vault";

    IRegistry internal registry;
    Target internal target;
    address internal curator = address(0xC0FFEE);
    uint256[] internal keys;
    address[] internal signers;

    function setUp() public virtual {
        vm.warp(NOW);
        registry = deployRegistry(curator);
        (keys, signers) = council("signer", 9);
        target = new Target(address(this));
        register(address(target), signers, 6);
    }

    function deployRegistry(address curator_) internal returns (IRegistry) {
        return IRegistry(vm.deployCode("Registry.sol:Registry", abi.encode(curator_)));
    }

    /// @notice Keys and their addresses, ascending by address.
    function council(string memory name, uint256 size)
        internal
        pure
        returns (uint256[] memory keys_, address[] memory signers_)
    {
        keys_ = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            keys_[i] = uint256(keccak256(abi.encode(name, i)));
        }
        signers_ = sortByAddress(keys_);
    }

    function sortByAddress(uint256[] memory keys_) internal pure returns (address[] memory signers_) {
        signers_ = new address[](keys_.length);
        for (uint256 i = 0; i < keys_.length; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(keys_[j]) < vm.addr(keys_[j - 1]); --j) {
                (keys_[j], keys_[j - 1]) = (keys_[j - 1], keys_[j]);
            }
        }
        for (uint256 i = 0; i < keys_.length; ++i) {
            signers_[i] = vm.addr(keys_[i]);
        }
    }

    function register(address contractAddress, address[] memory signers_, uint8 minSignatures) internal {
        registry.register(contractAddress, HASH, LINK, signers_, 0, minSignatures);
    }

    /// @notice An approval of the target's next version, without calls.
    function approvalOf(address contractAddress) internal view returns (ITypedMessages.Approval memory approval) {
        approval.deadline = uint64(block.timestamp + 14 days);
        approval.upgrades = new ITypedMessages.Upgrade[](1);
        approval.upgrades[0] = upgradeOf(contractAddress);
    }

    function upgradeOf(address contractAddress) internal view returns (ITypedMessages.Upgrade memory upgrade) {
        upgrade.contractAddress = contractAddress;
        upgrade.version = registry.record(contractAddress).version + 1;
        upgrade.contractHash = NEXT_HASH;
        upgrade.contractLink = NEXT_LINK;
        upgrade.buildHash = keccak256("build");
    }

    function callsOf(address to, bytes memory data) internal pure returns (ITypedMessages.Call[] memory calls) {
        calls = new ITypedMessages.Call[](1);
        calls[0] = ITypedMessages.Call({target: to, value: 0, minGas: 0, data: data});
    }

    function codeOf(address account) internal view returns (ITypedMessages.Code[] memory code) {
        code = new ITypedMessages.Code[](1);
        code[0] = ITypedMessages.Code({account: account, codeHash: account.codehash});
    }

    function digestOf(ITypedMessages.Approval memory approval) internal view returns (bytes32) {
        return TypedData.digest(TypedData.domainSeparator(block.chainid, address(registry)), TypedData.hash(approval));
    }

    /// @notice The first `count` signers' signatures.
    function sign(ITypedMessages.Approval memory approval, uint256 count)
        internal
        view
        returns (bytes memory signatures)
    {
        bytes32 digest = digestOf(approval);
        for (uint256 i = 0; i < count; ++i) {
            signatures = bytes.concat(signatures, signWith(keys[i], digest));
        }
    }

    function signWith(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function contractEntry(address signer, bytes memory data) internal pure returns (bytes memory) {
        return abi.encodePacked(uint256(uint160(signer)), data.length, uint8(0), data);
    }

    /// @notice The list with one more signer in its place.
    function refusalOf(address signer, bool success, bytes memory answer) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IRegistryTypes.ContractSignatureRefused.selector,
            signer,
            success,
            answer.length,
            bytes32(answer),
            bytes32(bytes4(0x1626ba7e))
        );
    }

    function withContract(address[] memory list, address added) internal pure returns (address[] memory longer) {
        longer = new address[](list.length + 1);
        uint256 place = 0;
        while (place < list.length && list[place] < added) ++place;
        for (uint256 i = 0; i < longer.length; ++i) {
            longer[i] = i < place ? list[i] : i == place ? added : list[i - 1];
        }
    }

    function bitOf(address[] memory list, address signer) internal pure returns (uint32 bit) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == signer) return uint32(1 << i);
        }
    }

    /// @notice All that can be read of a record, in one word: equal before and after where nothing changed.
    function stateOf(address contractAddress) internal view returns (bytes32) {
        return keccak256(abi.encode(registry.record(contractAddress), registry.executor(contractAddress)));
    }
}
