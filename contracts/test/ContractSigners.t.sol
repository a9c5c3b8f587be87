// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice An ERC-1271 signer that answers as the test wants it to.
contract Wallet {
    enum Mood {
        Yes,
        OnlyForPassword,
        No,
        Reverts,
        Dirty,
        Short,
        Long,
        Empty,
        Hungry,
        Bomb,
        Writes
    }

    bytes4 private constant MAGIC = 0x1626ba7e;
    Mood private mood;
    uint256 public writes;

    function become(Mood mood_) external {
        mood = mood_;
    }

    fallback() external {
        bytes memory answer = abi.encode(MAGIC);
        if (mood == Mood.OnlyForPassword && !hasPassword()) answer = abi.encode(bytes4(0xffffffff));
        if (mood == Mood.No) answer = abi.encode(bytes4(0xffffffff));
        if (mood == Mood.Reverts) revert("no");
        if (mood == Mood.Dirty) answer = abi.encode(bytes32(MAGIC) | bytes32(uint256(1)));
        if (mood == Mood.Short) answer = abi.encodePacked(MAGIC);
        if (mood == Mood.Long) answer = abi.encode(MAGIC, 0);
        if (mood == Mood.Empty) answer = "";
        if (mood == Mood.Writes) ++writes;
        if (mood == Mood.Hungry) {
            while (gasleft() > 100) writes;
        }
        if (mood == Mood.Bomb) {
            assembly ("memory-safe") {
                return(0, 200000)
            }
        }
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }

    function hasPassword() private view returns (bool) {
        (, bytes memory data) = abi.decode(msg.data[4:], (bytes32, bytes));
        return keccak256(data) == keccak256("password");
    }
}

contract ContractSignersTest is RegistryTest {
    Wallet private wallet;
    address private vault;
    uint256 private position;

    /// @dev Nine accounts and a wallet: all ten must sign.
    function setUp() public override {
        super.setUp();
        wallet = new Wallet();
        vault = address(new Target(address(this)));
        address[] memory mixed = withContract(signers, address(wallet));
        while (mixed[position] != address(wallet)) ++position;
        registry.register(vault, HASH, LINK, mixed, bitOf(mixed, address(wallet)), 10);
    }

    function test_finalize_takesAContractThatSaysYes() public {
        finalizeWith("anything");
        vm.assertEq(uint256(registry.record(vault).version), 2);
    }

    function test_finalize_passesDigestAndDataOn() public {
        wallet.become(Wallet.Mood.OnlyForPassword);
        refuse("passwort", true, abi.encode(bytes4(0xffffffff)));
        finalizeWith("password");
    }

    function test_finalize_refusesEveryOtherAnswer() public {
        bytes4 magic = 0x1626ba7e;
        refuse(Wallet.Mood.No, true, abi.encode(bytes4(0xffffffff)));
        refuse(Wallet.Mood.Reverts, false, abi.encodeWithSignature("Error(string)", "no"));
        refuse(Wallet.Mood.Dirty, true, abi.encode(bytes32(magic) | bytes32(uint256(1))));
        refuse(Wallet.Mood.Short, true, abi.encodePacked(magic));
        refuse(Wallet.Mood.Long, true, abi.encode(magic, 0));
        refuse(Wallet.Mood.Empty, true, "");
        refuse(Wallet.Mood.Hungry, false, "");
        refuse(Wallet.Mood.Writes, false, "");
    }

    function test_finalize_refusesAContractThatIsGone() public {
        vm.etch(address(wallet), "");
        refuse("", true, "");
    }

    /// @dev I21: hunger and bombs cost the cap and not more.
    function test_finalize_costsNoMoreThanTheCap() public {
        wallet.become(Wallet.Mood.Yes);
        uint256 honest = costOf();
        wallet.become(Wallet.Mood.Hungry);
        vm.assertLt(costOf(), honest + 310_000);
        wallet.become(Wallet.Mood.Bomb);
        vm.assertLt(costOf(), honest + 310_000);
    }

    /// @dev Yes-to-all wallets of strangers are not even asked.
    function test_finalize_asksNoStranger() public {
        Wallet stranger = new Wallet();
        ITypedMessages.Approval memory approval = approvalOf(vault);
        vm.expectCall(address(stranger), "", 0);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, address(stranger), true));
        registry.finalize(approval, contractEntry(address(stranger), ""));
    }

    /// @dev S68: who is registered as an account never signs by code, whatever code appears there.
    function test_finalize_refusesCodeThatAppearsAtAnAccount() public {
        vm.etch(signers[0], address(wallet).code);
        ITypedMessages.Approval memory approval = approvalOf(vault);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, signers[0], true));
        registry.finalize(approval, contractEntry(signers[0], ""));
        finalizeWith("");
    }

    /// @dev And who is registered as a contract never signs by key.
    function test_finalize_refusesTheKeyOfAContractSigner() public {
        (uint256[] memory extra, address[] memory addresses) = council("extra", 1);
        vm.etch(addresses[0], address(wallet).code);
        address other = address(new Target(address(this)));
        registry.register(other, HASH, LINK, addresses, 1, 1);
        ITypedMessages.Approval memory approval = approvalOf(other);
        bytes memory signature = signWith(extra[0], digestOf(approval));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, addresses[0], false));
        registry.finalize(approval, signature);
        registry.finalize(approval, contractEntry(addresses[0], ""));
    }

    function test_finalize_revertsForOverlongContractEntries() public {
        ITypedMessages.Approval memory approval = approvalOf(vault);
        uint256[3] memory lengths = [uint256(4), type(uint256).max, type(uint256).max - 64];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory entry = abi.encodePacked(uint256(uint160(address(wallet))), lengths[i], uint8(0), "abc");
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignaturesTruncated.selector, 0, 68));
            registry.finalize(approval, entry);
        }
    }

    function test_finalize_revertsForDirtyContractAddress() public {
        ITypedMessages.Approval memory approval = approvalOf(vault);
        bytes32 dirty = bytes32(uint256(uint160(address(wallet))) | (1 << 160));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignatureInvalid.selector, 0, dirty, bytes32(0), 0));
        registry.finalize(approval, abi.encodePacked(dirty, uint256(0), uint8(0)));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function signaturesWith(ITypedMessages.Approval memory approval, bytes memory data)
        private
        view
        returns (bytes memory signatures)
    {
        bytes32 digest = digestOf(approval);
        for (uint256 i = 0; i <= keys.length; ++i) {
            if (i == position) signatures = bytes.concat(signatures, contractEntry(address(wallet), data));
            if (i < keys.length) signatures = bytes.concat(signatures, signWith(keys[i], digest));
        }
    }

    function finalizeWith(bytes memory data) private {
        ITypedMessages.Approval memory approval = approvalOf(vault);
        registry.finalize(approval, signaturesWith(approval, data));
    }

    function refuse(Wallet.Mood mood, bool success, bytes memory answer) private {
        wallet.become(mood);
        refuse("", success, answer);
    }

    function refuse(bytes memory data, bool success, bytes memory answer) private {
        ITypedMessages.Approval memory approval = approvalOf(vault);
        bytes memory signatures = signaturesWith(approval, data);
        vm.expectRevert(refusalOf(address(wallet), success, answer));
        registry.finalize(approval, signatures);
    }

    function costOf() private returns (uint256 cost) {
        ITypedMessages.Approval memory approval = approvalOf(vault);
        bytes memory data = abi.encodeCall(registry.finalize, (approval, signaturesWith(approval, "")));
        cost = gasleft();
        (bool success,) = address(registry).call(data);
        cost -= gasleft();
        success; // either way: only the cost is looked at
    }
}
