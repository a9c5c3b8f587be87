// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../src/interfaces/IReferences.sol";
import {Logic, ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice I18, R86, R95: nothing about a fleet grows with it, and nothing goes round in a circle.
contract FleetCostTest is ReferencesTest {
    /// @dev The slots are warm, and written before, for each that is compared.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_write_costsTheSameForAnyFleet(uint8 size) public {
        write(address(one));
        address first = deploy(HASH);
        costOfWrite();
        (uint256 write_, uint256 number) = (costOfWrite(), costOfNumber(first));
        for (uint256 i = 0; i <= size; ++i) {
            deploy(bytes32(i));
        }
        address last = references.followerOf(address(this), bytes32(uint256(size)));
        // But for what the measuring itself takes.
        vm.assertLe(costOfWrite(), write_ + 20);
        vm.assertLe(costOfNumber(last), number + 20);
        assertRuns(last, 2);
    }

    /// @dev A proxy whose code is a proxy that asks for the same code again: its calls end nowhere, until the next write.
    /// What it follows can be read all the same.
    function test_write_aFollowerAsItsOwnCodeLocksNobodyOut() public {
        write(address(one));
        address follower = deploy(SALT);
        write(follower);
        (bool success,) = follower.staticcall{gas: 1_000_000}(abi.encodeCall(Logic(follower).number, ()));
        vm.assertFalse(success);
        uint256 before = gasleft();
        (IReferences.Reference memory found,) = references.resolve(follower);
        vm.assertLt(before - gasleft(), 50_000);
        vm.assertEq(found.implementation, follower);
        write(address(two));
        assertRuns(follower, 2);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function costOfWrite() private returns (uint256 cost) {
        bytes memory data = abi.encodeCall(references.write, (KEY, HASH, LINK, address(two), address(two).codehash));
        vm.prank(manager);
        cost = gasleft();
        (bool success,) = address(references).call(data);
        cost -= gasleft();
        vm.assertTrue(success);
    }

    function costOfNumber(address follower) private view returns (uint256 cost) {
        Logic(follower).number();
        cost = gasleft();
        Logic(follower).number();
        cost -= gasleft();
    }
}
