// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Uups} from "../../examples/uups/contracts/vault/Uups.sol";
import {Vault} from "../../examples/uups/contracts/vault/Vault.sol";
import {Vault as VaultV2} from "../../examples/uups/v2/Vault.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {RegistryTest} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What whole transactions cost, calldata included: the snapshot is contracts/snapshots/Registry.json.
/// forge-config: default.isolate = true
contract GasTest is RegistryTest {
    function test_gas_register9() public {
        address other = address(new Vault());
        vm.prank(curator);
        register(other, signers, 6);
        vm.snapshotGasLastCall("Registry", "register 9");
    }

    function test_gas_finalizeRecordOnly() public {
        measure(6, 9, false, "finalize 6 of 9, record only");
    }

    function test_gas_finalize6of9() public {
        measure(6, 9, true, "finalize 6 of 9, UUPS upgrade");
    }

    function test_gas_finalize2of3() public {
        measure(2, 3, true, "finalize 2 of 3, UUPS upgrade");
    }

    function test_gas_finalizeTen() public {
        ITypedMessages.Approval memory approval;
        approval.deadline = uint64(block.timestamp + 14 days);
        approval.upgrades = new ITypedMessages.Upgrade[](10);
        for (uint256 i = 0; i < 10; ++i) {
            address other = address(new Vault());
            vm.prank(curator);
            register(other, signers, 6);
            approval.upgrades[i] = upgradeOf(other);
        }
        registry.finalize(approval, sign(approval, 6));
        vm.snapshotGasLastCall("Registry", "finalize 6 of 9, ten records");
    }

    function measure(uint8 minSignatures, uint256 size, bool upgrades, string memory name) private {
        (keys, signers) = council("gas", size);
        bytes memory initialize = abi.encodeCall(Uups.initialize, (address(this)));
        Vault vault = Vault(address(new ERC1967Proxy(address(new Vault()), initialize)));
        register(address(vault), signers, minSignatures);
        vault.transferOwnership(registry.executor(address(vault)));

        // The first upgrade creates the executor; the second shows what every later one costs.
        for (uint256 i = 0; i < 2; ++i) {
            address implementation = address(new VaultV2());
            ITypedMessages.Approval memory approval = approvalOf(address(vault));
            if (upgrades) {
                approval.upgrades[0].code = codeOf(implementation);
                approval.upgrades[0].calls =
                    callsOf(address(vault), abi.encodeCall(vault.upgradeToAndCall, (implementation, "")));
            }
            approval.upgrades[0].contractHash = keccak256(abi.encode("hash", i));
            approval.upgrades[0].contractLink = i == 0 ? NEXT_LINK : LINK;
            bytes memory signatures = sign(approval, minSignatures);
            registry.finalize(approval, signatures);
            vm.snapshotGasLastCall("Registry", i == 0 ? string.concat(name, ", first") : name);
        }
    }
}
