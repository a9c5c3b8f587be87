// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Target} from "./base/RegistryTest.sol";
import {RegistryTest} from "./base/RegistryTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice An ERC-1271 signer that costs what it can. Patient ones say yes all the same, so that the next is asked.
contract Hostile {
    enum Way {
        Patient,
        PatientInMemory,
        Hungry,
        Bomb,
        RevertingBomb,
        Reverting,
        Burning
    }

    Way private way;

    function take(Way way_) external {
        way = way_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        if (way == Way.Reverting) revert("no");
        if (way == Way.Patient) burn(3000);
        if (way == Way.Hungry) burn(0);
        if (way == Way.PatientInMemory) fill();
        assembly ("memory-safe") {
            let chosen := sload(way.slot)
            if eq(chosen, 3) { return(0, 300000) }
            if eq(chosen, 4) { revert(0, 300000) }
            if eq(chosen, 6) { invalid() }
        }
        return this.isValidSignature.selector;
    }

    function burn(uint256 left) private view {
        while (gasleft() > left) way;
    }

    function fill() private pure {
        assembly ("memory-safe") {
            mstore(300000, 1)
        }
    }
}

/// @notice I21: whatever contract signers do, the sender of a finalize knows what it costs at most. He may need it all: so
/// much he must be ready to pay for one who looked honest in the simulation.
contract HostileSignersTest is RegistryTest {
    /// @dev What all but contract signers takes: the record, 31 accounts beside a contract (each dearer than without one),
    /// and a new council since the link moves elsewhere.
    uint256 private constant G0 = 360_000;
    /// @dev The cap of 300,000 that is passed on; the account, 2,600; the question, and the council searched for him.
    uint256 private constant G1 = 310_000;

    Hostile[] private hostile;
    address private vault;

    function setUp() public override {
        super.setUp();
        vault = address(new Target(address(this)));
        for (uint256 i = 0; i < 32; ++i) {
            hostile.push(new Hostile());
        }
    }

    /// @dev From one to 32 of them, the rest accounts; all must sign.
    /// forge-config: default.fuzz.runs = 48
    /// forge-config: deep.fuzz.runs = 1000
    function testFuzz_finalize_costsNoMoreThanItsSigners(uint256 n, uint256 ways, uint256 data) public {
        n = 1 + n % 32;
        address[] memory contracts = registerWith(n);
        for (uint256 i = 0; i < n; ++i) {
            // Mostly patient: the first of the others ends it all.
            uint256 way = (ways >> (8 * i)) % 64;
            Hostile(contracts[i]).take(way < 7 ? Hostile.Way(way) : Hostile.Way(way % 2));
        }
        vm.assertLe(costOf(contracts, data % 200), G0 + n * G1);
    }

    /// @dev As dear as it gets, and it passes.
    function test_finalize_ofThirtyTwoThatUseAllTheyGet() public {
        uint256 dearest = measurePatient();
        vm.assertLe(dearest, G0 + 32 * G1);
        // Not far above, so that the figures say something.
        vm.assertLt(G0 + 32 * G1, dearest * 105 / 100);
        vm.assertEq(uint256(registry.record(vault).version), 2);
    }

    /// @dev G0 is what it takes without any.
    function test_finalize_ofThirtyTwoAccounts() public {
        vm.assertLe(costOf(registerWith(0), 0), G0);
        vm.assertEq(uint256(registry.record(vault).version), 2);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function measurePatient() private returns (uint256) {
        return costOf(registerWith(32), 0);
    }

    /// @notice A record with 32 signers, so many of them contracts: these, ascending.
    function registerWith(uint256 n) private returns (address[] memory contracts) {
        (keys, signers) = council("beside", 32 - n);
        address[] memory mixed = signers;
        for (uint256 i = 0; i < n; ++i) {
            contracts = withContract(contracts, address(hostile[i]));
            mixed = withContract(mixed, address(hostile[i]));
        }
        uint32 contractSigners = 0;
        for (uint256 i = 0; i < n; ++i) {
            contractSigners |= bitOf(mixed, contracts[i]);
        }
        registry.register(vault, HASH, LINK, mixed, contractSigners, 32);
    }

    function costOf(address[] memory contracts, uint256 size) private returns (uint256 cost) {
        ITypedMessages.Approval memory approval = approvalOf(vault);
        approval.upgrades[0].contractLink = "https://example.com/o/r/tree/0123456789abcdef0123456789abcdef01234567";
        bytes memory call_ = abi.encodeCall(registry.finalize, (approval, signaturesOf(approval, contracts, size)));
        cost = gasleft();
        (bool success,) = address(registry).call(call_);
        cost -= gasleft();
        success; // either way: only the cost is looked at
    }

    /// @dev Ascending, accounts and contracts together.
    function signaturesOf(ITypedMessages.Approval memory approval, address[] memory contracts, uint256 size)
        private
        view
        returns (bytes memory signatures)
    {
        bytes32 digest = digestOf(approval);
        (uint256 i, uint256 j) = (0, 0);
        while (i < signers.length || j < contracts.length) {
            bool isContract = i == signers.length || (j < contracts.length && contracts[j] < signers[i]);
            bytes memory entry =
                isContract ? contractEntry(contracts[j++], new bytes(size)) : signWith(keys[i++], digest);
            signatures = bytes.concat(signatures, entry);
        }
    }
}
