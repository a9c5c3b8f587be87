// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Uups} from "../../examples/uups/contracts/vault/Uups.sol";
import {Vault} from "../../examples/uups/contracts/vault/Vault.sol";
import {Vault as VaultV2} from "../../examples/uups/v2/Vault.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest, Target} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice The road of the example: a vault behind OpenZeppelin's proxy, registered, handed over and upgraded.
contract UupsTest is RegistryTest {
    bytes32 private constant IMPLEMENTATION_SLOT = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    Vault private vault;
    Vault private implementation;
    VaultV2 private next;

    function setUp() public override {
        super.setUp();
        implementation = new Vault();
        next = new VaultV2();
        vault = Vault(proxyOwnedBy(address(this)));
        register(address(vault), signers, 6);
        vault.transferOwnership(registry.executor(address(vault)));
    }

    receive() external payable {}

    /// @dev I14.
    function test_finalize_upgradesTheProxy() public {
        vm.deal(address(this), 5);
        vault.deposit{value: 5}();
        vm.assertEq(vault.version(), "1");
        finalizeUpgradeTo(address(next));

        vm.assertEq(uint256(vm.load(address(vault), IMPLEMENTATION_SLOT)), uint160(address(next)));
        vm.assertEq(vault.version(), "2");
        vm.assertEq(vault.balanceOf(address(this)), 5);
        VaultV2(address(vault)).withdrawAll();
        vm.assertEq(address(this).balance, 5);

        // Not locked out: the executor can upgrade again.
        finalizeUpgradeTo(address(implementation));
        vm.assertEq(vault.version(), "1");
    }

    function test_register_afterOwnershipWasHandedOver() public {
        Vault other = Vault(proxyOwnedBy(address(this)));
        other.transferOwnership(registry.executorOf(address(other), HASH, LINK, signers, 0, 6));
        vm.prank(address(0xBAD));
        register(address(other), signers, 6);
        vault = other;
        finalizeUpgradeTo(address(next));
        vm.assertEq(other.version(), "2");
    }

    function test_upgrade_revertsForTheFormerOwner() public {
        vm.expectRevert(abi.encodeWithSelector(Uups.OnlyOwner.selector, address(this)));
        vault.upgradeToAndCall(address(next), "");
    }

    function test_finalize_passesOnWhyTheUpgradeFailed() public {
        ITypedMessages.Approval memory approval = upgradeTo(address(target), "");
        bytes memory signatures = sign(approval, 6);
        bytes memory reason = abi.encodeWithSelector(Uups.NotUups.selector, address(target));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CallReverted.selector, address(vault), reason));
        registry.finalize(approval, signatures);
    }

    function test_uups_runsTheCallOrChangesNothing() public {
        Vault own = Vault(proxyOwnedBy(address(this)));
        own.upgradeToAndCall(address(next), abi.encodeCall(Uups.transferOwnership, (address(7))));
        vm.assertEq(own.owner(), address(7));

        own = Vault(proxyOwnedBy(address(this)));
        vm.expectRevert(Uups.OwnerZero.selector);
        own.upgradeToAndCall(address(next), abi.encodeCall(Uups.transferOwnership, (address(0))));
        vm.assertEq(own.implementation(), address(implementation));
    }

    function test_uups_refusesWhatWouldLoseMoneyOrTheProxy() public {
        Vault own = Vault(proxyOwnedBy(address(this)));
        vm.deal(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(Uups.ValueWithoutCall.selector, 1));
        own.upgradeToAndCall{value: 1}(address(next), "");
        // A proxy is no implementation, nor is what answers with another slot.
        vm.expectRevert(abi.encodeWithSelector(Uups.NotUups.selector, address(vault)));
        own.upgradeToAndCall(address(vault), "");
        vm.expectRevert(abi.encodeWithSelector(Uups.NotUups.selector, address(this)));
        own.upgradeToAndCall(address(this), "");
    }

    /// @dev Answers as an implementation of something else would.
    function proxiableUUID() external pure returns (bytes32) {
        return keccak256("another slot");
    }

    function test_uups_isInitializedOnce() public {
        vm.expectPartialRevert(Uups.AlreadyInitialized.selector);
        vault.initialize(address(this));
    }

    function test_uups_nobodyOwnsTheImplementation() public {
        vm.expectRevert(Uups.OnlyProxy.selector);
        implementation.initialize(address(this));
        vm.expectRevert(Uups.OnlyProxy.selector);
        implementation.upgradeToAndCall(address(next), "");
    }

    function test_vault_paysNoMoreThanTheBalance() public {
        vm.deal(address(this), 5);
        vault.deposit{value: 5}();
        vm.expectRevert(abi.encodeWithSelector(Vault.BalanceTooLow.selector, 5, 6));
        vault.withdraw(6);
        vault.withdraw(5);
        vm.assertEq(vault.balanceOf(address(this)), 0);
    }

    function test_vault_tellsWhenItCannotPay() public {
        vm.deal(address(target), 1);
        vm.prank(address(target));
        vault.deposit{value: 1}();
        vm.expectRevert(abi.encodeWithSelector(Vault.PaymentFailed.selector, address(target)));
        vm.prank(address(target));
        vault.withdraw(1);
    }

    /// @dev The directory after the upgrade holds the same base.
    function test_example_changesTheVaultOnly() public view {
        vm.assertEq(vm.readFile("examples/uups/v2/Uups.sol"), vm.readFile("examples/uups/contracts/vault/Uups.sol"));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function proxyOwnedBy(address owner) private returns (address) {
        return address(new ERC1967Proxy(address(implementation), abi.encodeCall(Uups.initialize, (owner))));
    }

    function upgradeTo(address implementation_, bytes memory data)
        private
        view
        returns (ITypedMessages.Approval memory approval)
    {
        approval = approvalOf(address(vault));
        approval.upgrades[0].code = codeOf(implementation_);
        approval.upgrades[0].calls =
            callsOf(address(vault), abi.encodeCall(Uups.upgradeToAndCall, (implementation_, data)));
    }

    function finalizeUpgradeTo(address implementation_) private {
        ITypedMessages.Approval memory approval = upgradeTo(implementation_, "");
        registry.finalize(approval, sign(approval, 6));
    }
}
