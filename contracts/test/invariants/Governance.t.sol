// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IGovernance} from "../../src/interfaces/IGovernance.sol";
import {IRecords} from "../../src/interfaces/IRecords.sol";
import {IReferences} from "../../src/interfaces/IReferences.sol";
import {vm} from "../base/Vm.sol";
import {Handler} from "./Handler.sol";

/// @notice What holds of records and followers whatever is done to them, in whatever order.
contract GovernanceInvariants {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    error NeverPassed(bytes4 selector);

    Handler private handler;

    function setUp() public {
        handler = new Handler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Waiting, and the roads to a change, oftener than the rest.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[43] memory picked = [
            handler.tryFinalize.selector,
            handler.tryFinalize.selector,
            handler.trySchedule.selector,
            handler.trySchedule.selector,
            handler.tryExecute.selector,
            handler.tryExecute.selector,
            handler.tryRotate.selector,
            handler.tryScheduleRotation.selector,
            handler.tryExecuteRotation.selector,
            handler.tryExecuteRotation.selector,
            handler.tryCommit.selector,
            handler.tryCommit.selector,
            handler.tryReveal.selector,
            handler.tryReveal.selector,
            handler.tryAcceptAuthority.selector,
            handler.tryAcceptAuthority.selector,
            handler.tryCancel.selector,
            handler.tryReject.selector,
            handler.tryRevoke.selector,
            handler.tryPause.selector,
            handler.tryUnpause.selector,
            handler.wait.selector,
            handler.wait.selector,
            handler.tryAgain.selector,
            handler.tryLate.selector,
            handler.tryLate.selector,
            handler.tryFollow.selector,
            handler.tryFollow.selector,
            handler.tryScheduleFollowing.selector,
            handler.tryScheduleFollowing.selector,
            handler.tryExecuteFollowing.selector,
            handler.tryAcceptAuthority.selector,
            handler.tryExecuteFollowing.selector,
            handler.tryScheduleFollowing.selector,
            handler.tryExecuteFollowing.selector,
            handler.tryWrite.selector,
            handler.tryWrite.selector,
            handler.tryKeep.selector,
            handler.tryDeploy.selector,
            handler.tryEnter.selector,
            handler.tryCuratorship.selector,
            handler.turn.selector,
            handler.force.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](picked.length);
        for (uint256 i = 0; i < picked.length; ++i) {
            targets[0].selectors[i] = picked[i];
        }
    }

    /// @dev I1 to I6, I10 to I12, I15, I17: what the handler looked at with every call; and events rebuild the whole state.
    /// I7: the executor calls where a change was carried out, as often, and nobody calls in its place.
    function invariant_nothingHappensWithoutConsentOrOutOfTime() public view {
        vm.assertEq(handler.violation(), "");
        handler.assertBookIsTheRegistrys();
        handler.assertCouncilsAreValid();
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(handler.counters(i).calls(), handler.expectedCalls(address(handler.counters(i))));
            vm.assertEq(handler.counters(i).strangers(), 0);
        }
    }

    /// @dev I18, I19.
    function invariant_followersMoveByTheirWordOrTheirManagers() public view {
        vm.assertEq(handler.violation(), "");
        handler.assertFollowersAreWhereTheBookHasThem();
        handler.assertEntriesAreTheReferences();
        handler.assertBalances();
    }

    /// @dev I20.
    function invariant_signersReachARotation() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            handler.assertRotationIsReachable(i);
            vm.revertToState(snapshot);
        }
    }

    /// @dev The rest would hold of a handler, too, that never gets anything through.
    function test_handler_getsEverythingThrough() public {
        bytes4[] memory picked = targetSelectors()[0].selectors;
        for (uint256 i = 0; i < 1300; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("seed", i)));
            bytes memory data = abi.encodePacked(picked[seed % picked.length]);
            for (uint256 j = 0; j < 4; ++j) {
                data = bytes.concat(data, abi.encode((seed >> (24 * j + 16)) % (1 << 24)));
            }
            (bool success,) = address(handler).call(data);
            vm.assertTrue(success);
            if (i % 8 == 0) handler.assertFollowersAreWhereTheBookHasThem();
        }
        vm.assertEq(handler.violation(), "");
        bytes4[24] memory functions = [
            IRecords.finalize.selector,
            IRecords.execute.selector,
            IRecords.reveal.selector,
            IGovernance.schedule.selector,
            IGovernance.rotate.selector,
            IGovernance.scheduleRotation.selector,
            IGovernance.executeRotation.selector,
            IGovernance.acceptAuthority.selector,
            IGovernance.commit.selector,
            IGovernance.cancel.selector,
            IGovernance.reject.selector,
            IGovernance.revoke.selector,
            IGovernance.pause.selector,
            IGovernance.unpause.selector,
            IGovernance.follow.selector,
            IGovernance.scheduleFollowing.selector,
            IGovernance.executeFollowing.selector,
            IGovernance.proposeCurator.selector,
            IGovernance.acceptCuratorship.selector,
            IReferences.write.selector,
            IReferences.advance.selector,
            IReferences.keep.selector,
            IReferences.deploy.selector,
            handler.tryLate.selector
        ];
        for (uint256 i = 0; i < functions.length; ++i) {
            if (handler.successesOf(functions[i]) == 0) revert NeverPassed(functions[i]);
        }
    }
}
