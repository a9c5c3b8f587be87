// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../src/interfaces/IRegistry.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {Vm, vm} from "./base/Vm.sol";

/// @notice Has no `owner()`.
contract Ownerless {
    function registerSelf(IRegistry registry, bytes32 hash, string calldata link, address[] calldata signers) external {
        registry.register(address(this), hash, link, signers, 0, 1);
    }
}

/// @notice Answers `owner()` with whatever bytes it was made with.
contract OddOwner {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback() external {
        bytes memory data = answer;
        assembly ("memory-safe") {
            return(add(data, 0x20), mload(data))
        }
    }
}

/// @notice Burns all gas it gets when asked for its owner.
contract HungryOwner {
    function owner() external pure returns (address) {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

contract RegisterTest is RegistryTest {
    address private fresh;

    function setUp() public override {
        super.setUp();
        fresh = address(new Target(address(this)));
    }

    // ------------------------------------------------------------------------------------------------------- effects

    function test_register_keepsAllFields() public {
        address[] memory mixed = withContract(signers, address(target));
        uint32 bit = bitOf(mixed, address(target));
        registry.register(fresh, HASH, LINK, mixed, bit, 7);
        IRegistryTypes.Record memory record = registry.record(fresh);
        vm.assertEq(record.contractHash, HASH);
        vm.assertEq(record.contractLink, LINK);
        vm.assertEq(record.signers, mixed);
        vm.assertEq(uint256(record.contractSigners), bit);
        vm.assertEq(uint256(record.minSignatures), 7);
        vm.assertEq(uint256(record.version), 1);
    }

    function test_register_tellsAllFields() public {
        address expected = registry.executorOf(fresh, HASH, LINK, signers, 0, 6);
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Registered(fresh, HASH, expected, LINK, signers, 0, 6, address(this));
        register(fresh, signers, 6);
        vm.assertEq(registry.executor(fresh), expected);
    }

    function test_register_takesThirtyTwoSigners() public {
        (, address[] memory many) = council("many", 32);
        register(fresh, many, 32);
        vm.assertEq(registry.record(fresh).signers, many);
    }

    function test_record_isZeroWhereNothingIsRegistered() public view {
        vm.assertEq(uint256(registry.record(fresh).version), 0);
        vm.assertEq(registry.record(fresh).signers.length, 0);
        vm.assertEq(registry.executor(fresh), address(0));
    }

    function test_executorOf_dependsOnEveryArgument() public view {
        address[] memory fewer = new address[](1);
        fewer[0] = signers[0];
        address executor = registry.executorOf(fresh, HASH, LINK, signers, 0, 6);
        vm.assertNotEq(executor, registry.executorOf(address(1), HASH, LINK, signers, 0, 6));
        vm.assertNotEq(executor, registry.executorOf(fresh, NEXT_HASH, LINK, signers, 0, 6));
        vm.assertNotEq(executor, registry.executorOf(fresh, HASH, NEXT_LINK, signers, 0, 6));
        vm.assertNotEq(executor, registry.executorOf(fresh, HASH, LINK, fewer, 0, 6));
        vm.assertNotEq(executor, registry.executorOf(fresh, HASH, LINK, signers, 1, 6));
        vm.assertNotEq(executor, registry.executorOf(fresh, HASH, LINK, signers, 0, 5));
    }

    function test_constructor_tellsTheCurator() public {
        vm.recordLogs();
        vm.assertEq(deployRegistry(address(7)).curator(), address(7));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        vm.assertEq(logs[0].topics[0], IRegistryTypes.CuratorChanged.selector);
        vm.assertEq(uint256(logs[0].topics[1]), 0);
        vm.assertEq(uint256(logs[0].topics[2]), 7);
    }

    // ----------------------------------------------------------------------------------------------------- authority

    function test_register_byTheContractItself() public {
        Ownerless contract_ = new Ownerless();
        contract_.registerSelf(registry, HASH, LINK, signers);
        vm.assertEq(uint256(registry.record(address(contract_)).version), 1);
    }

    function test_register_byAnyoneWhereTheOwnerIsItsExecutor() public {
        Target(fresh).transferOwnership(registry.executorOf(fresh, HASH, LINK, signers, 0, 6));
        vm.prank(address(0xBAD));
        register(fresh, signers, 6);
        vm.assertEq(Target(fresh).owner(), registry.executor(fresh));
    }

    function test_register_revertsWhereTheOwnerIsTheExecutorOfAnotherRegistration() public {
        address other = registry.executorOf(fresh, HASH, LINK, signers, 0, 6);
        Target(fresh).transferOwnership(other);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.RegistrationUnauthorized.selector, fresh, address(this), other)
        );
        register(fresh, signers, 5);
    }

    function test_register_byTheCuratorWhereThereIsNoOwner() public {
        address[4] memory odd = [
            address(new Ownerless()),
            address(new OddOwner("")),
            address(new OddOwner(new bytes(31))),
            address(new OddOwner(abi.encode(type(uint256).max)))
        ];
        for (uint256 i = 0; i < odd.length; ++i) {
            vm.prank(curator);
            register(odd[i], signers, 6);
        }
        address hungry = address(new HungryOwner());
        vm.prank(curator);
        register(hungry, signers, 6);
        address renounced = address(new Target(address(0)));
        vm.prank(curator);
        register(renounced, signers, 6);
    }

    function test_register_revertsForTheCuratorWhereThereIsAnOwner() public {
        address[2] memory owned = [fresh, address(new OddOwner(abi.encode(address(this), "more")))];
        for (uint256 i = 0; i < owned.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRegistryTypes.RegistrationUnauthorized.selector, owned[i], curator, address(this)
                )
            );
            vm.prank(curator);
            register(owned[i], signers, 6);
        }
    }

    /// @dev Whatever gas the curator sends, an owner cannot be made to look absent.
    function testFuzz_register_ownerCannotBeStarved(uint256 gasLimit) public {
        gasLimit = 30_000 + gasLimit % 1_000_000;
        bytes memory data = abi.encodeCall(registry.register, (fresh, HASH, LINK, signers, 0, 6));
        vm.prank(curator);
        (bool success,) = address(registry).call{gas: gasLimit}(data);
        vm.assertFalse(success);
        vm.assertEq(uint256(registry.record(fresh).version), 0);
    }

    /// @dev Whatever gas there is, registration is whole or absent.
    function testFuzz_register_isWholeOrAbsent(uint256 gasLimit) public {
        gasLimit = 30_000 + gasLimit % 400_000;
        (bool success,) =
            address(registry).call{gas: gasLimit}(abi.encodeCall(registry.register, (fresh, HASH, LINK, signers, 0, 6)));
        vm.assertEq(uint256(registry.record(fresh).version), success ? 1 : 0);
        if (success) vm.assertEq(registry.record(fresh).signers, signers);
    }

    function test_register_withoutCuratorNobodyRegistersTheOwnerless() public {
        registry = deployRegistry(address(0));
        address contract_ = address(new Ownerless());
        vm.prank(address(0));
        vm.expectPartialRevert(IRegistryTypes.RegistrationUnauthorized.selector);
        register(contract_, signers, 6);
    }

    function testFuzz_register_revertsForStrangers(address sender) public {
        vm.assume(sender != address(this) && sender != fresh);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.RegistrationUnauthorized.selector, fresh, sender, address(this))
        );
        vm.prank(sender);
        register(fresh, signers, 6);
    }

    // ----------------------------------------------------------------------------------------------------- arguments

    function test_register_revertsTheSecondTime() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.AlreadyRegistered.selector, address(target)));
        register(address(target), signers, 6);
    }

    function test_register_revertsWithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractWithoutCode.selector, address(0xABC)));
        vm.prank(address(0xABC));
        register(address(0xABC), signers, 6);
    }

    function test_register_revertsForHashZero() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractHashZero.selector, fresh));
        registry.register(fresh, 0, LINK, signers, 0, 6);
    }

    function test_register_revertsForTooFewOrTooManySigners() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerCountInvalid.selector, 0, 32));
        register(fresh, new address[](0), 0);
        (, address[] memory many) = council("many", 33);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerCountInvalid.selector, 33, 32));
        register(fresh, many, 6);
    }

    function test_register_revertsForImpossibleThresholds() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.MinSignaturesInvalid.selector, 0, 9));
        register(fresh, signers, 0);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.MinSignaturesInvalid.selector, 10, 9));
        register(fresh, signers, 10);
    }

    function test_register_revertsForUnsortedDuplicateOrZeroSigners() public {
        address[] memory bad = copyOf(signers);
        (bad[3], bad[4]) = (bad[4], bad[3]);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, bad[3], bad[4]));
        register(fresh, bad, 6);

        bad = copyOf(signers);
        bad[5] = bad[4];
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, bad[4], bad[4]));
        register(fresh, bad, 6);

        bad = copyOf(signers);
        bad[0] = address(0);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignersNotAscending.selector, address(0), address(0)));
        register(fresh, bad, 6);
    }

    function test_register_revertsForTheRegistryAsSigner() public {
        address[] memory bad = withContract(signers, address(registry));
        uint32 bit = bitOf(bad, address(registry));
        vm.expectRevert(IRegistryTypes.RegistryAsSigner.selector);
        registry.register(fresh, HASH, LINK, bad, bit, 6);
    }

    function test_register_revertsForBitsBeyondTheSigners() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractSignersInvalid.selector, 1 << 9, 9));
        registry.register(fresh, HASH, LINK, signers, 1 << 9, 6);
    }

    function test_register_revertsForContractSignerWithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractSignerWithoutCode.selector, signers[2]));
        registry.register(fresh, HASH, LINK, signers, 1 << 2, 6);
    }

    /// @dev The contract was handed over to the executor of exactly this registration. Code that appears at a signer's
    /// account, his own wallet say, must not stop it: nothing else could ever register it.
    function test_register_takesAnAccountWhereCodeAppeared() public {
        Target handed = new Target(address(this));
        handed.transferOwnership(registry.executorOf(address(handed), HASH, LINK, signers, 0, 6));
        vm.etch(signers[2], address(target).code);
        vm.prank(address(0xBAD));
        register(address(handed), signers, 6);
        vm.assertEq(uint256(registry.record(address(handed)).contractSigners), 0);
    }

    function test_register_takesDelegatedAccountsAsAccountsOnly() public {
        vm.etch(signers[2], abi.encodePacked(hex"ef0100", address(target)));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.ContractSignerWithoutCode.selector, signers[2]));
        registry.register(fresh, HASH, LINK, signers, 1 << 2, 6);
        register(fresh, signers, 6);
    }

    function test_register_revertsForTooLittleGasToStoreTheCouncil() public {
        bytes memory data = abi.encodeCall(registry.register, (fresh, HASH, LINK, signers, 0, 6));
        bool seen = false;
        for (uint256 gasLimit = 60_000; gasLimit < 400_000 && !seen; gasLimit += 500) {
            (, bytes memory reason) = address(registry).call{gas: gasLimit}(data);
            seen = reason.length == 4 && bytes4(reason) == IRegistryTypes.CouncilNotStored.selector;
        }
        vm.assertTrue(seen);
        vm.assertEq(uint256(registry.record(fresh).version), 0);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function copyOf(address[] memory list) private pure returns (address[] memory copy) {
        copy = new address[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            copy[i] = list[i];
        }
    }
}
