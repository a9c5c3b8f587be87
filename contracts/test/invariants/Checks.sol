// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {vm} from "../base/Vm.sol";
import {Consent} from "./Consent.sol";
import {Switch} from "./Switch.sol";

/// @notice What the invariants ask of the registry, by the book.
abstract contract Checks is Consent {
    function assertBookIsTheRegistrys() external view {
        for (uint256 i = 0; i < RECORDS; ++i) {
            address contractAddress = address(counters[i]);
            Model storage model = models[contractAddress];
            IRegistryTypes.Record memory record = registry.record(contractAddress);
            vm.assertEq(uint256(record.version), model.version);
            vm.assertEq(record.contractHash, model.contractHash);
            vm.assertEq(record.contractLink, model.link);
            vm.assertEq(record.signers, model.signers);
            vm.assertEq(record.contractSigners, model.contractSigners);
            vm.assertEq(uint256(record.minSignatures), model.minSignatures);
            IRegistryTypes.Rules memory rules = model.rules;
            vm.assertEq(keccak256(abi.encode(registry.rulesOf(contractAddress))), keccak256(abi.encode(rules)));
            assertPauses(contractAddress);
        }
        for (uint256 i = 0; i < digests.length; ++i) {
            assertQueued(digests[i]);
        }
        vm.assertEq(registry.curator(), bookedCurator);
        vm.assertEq(registry.pendingCurator(), bookedPendingCurator);
    }

    function assertPauses(address contractAddress) private view {
        IRegistryTypes.Pause memory found = registry.pauseOf(contractAddress);
        Span[] storage spans = pauses[contractAddress];
        vm.assertEq(uint256(found.number), spans.length);
        if (spans.length == 0) return;
        vm.assertEq(uint256(found.from), spans[spans.length - 1].from);
        vm.assertEq(uint256(found.until), spans[spans.length - 1].until);
        // I12: the fullest thirty days begin or end with a pause.
        for (uint256 i = 0; i < spans.length; ++i) {
            vm.assertLe(pausedBetween(contractAddress, spans[i].from, spans[i].from + 30 days), 7 days);
            vm.assertLe(pausedBetween(contractAddress, spans[i].until - 30 days, spans[i].until), 7 days);
        }
    }

    function assertQueued(bytes32 digest) private view {
        Queued storage waiting = queued[digest];
        (IRegistryTypes.Status status,) = registry.scheduled(digest);
        vm.assertEq(uint256(status), uint256(waiting.status));
        for (uint256 i = 0; i < waiting.contracts.length; ++i) {
            address contractAddress = waiting.contracts[i];
            uint64 next = models[contractAddress].version + 1;
            (uint32 rejected, uint32 revoked) = registry.votesOf(contractAddress, digest);
            vm.assertEq(uint256(rejected), rejections[contractAddress][next][digest]);
            vm.assertEq(uint256(revoked), revocations[contractAddress][next][digest]);
        }
    }

    /// @notice I4.
    function assertCouncilsAreValid() external view {
        for (uint256 i = 0; i < RECORDS; ++i) {
            IRegistryTypes.Record memory record = registry.record(address(counters[i]));
            vm.assertTrue(record.minSignatures != 0 && record.minSignatures <= record.signers.length);
            address previous;
            for (uint256 j = 0; j < record.signers.length; ++j) {
                vm.assertTrue(record.signers[j] > previous && record.signers[j] != address(registry));
                vm.assertTrue(record.signers[j].code.length != 0 == ((record.contractSigners >> j) & 1 == 1));
                previous = record.signers[j];
            }
        }
    }

    /// @notice I20: whatever the guardian does, whoever rules removes him, in two rotations at most.
    function assertRotationIsReachable(uint256 which) external {
        address contractAddress = address(counters[which]);
        address guard = models[contractAddress].rules.guardian;
        wallet.turn(Switch.Mood.Honest);
        vm.prank(guard);
        (bool paused,) = address(registry).call(abi.encodeCall(registry.pause, (contractAddress, 7 days)));
        paused;
        uint256 before = models[contractAddress].version;
        if (!reach(contractAddress, guard, 1)) vm.assertTrue(reach(contractAddress, guard, 2));
        vm.assertEq(uint256(registry.record(contractAddress).version), before + 1);
        vm.assertEq(registry.rulesOf(contractAddress).guardian, address(0));
    }

    function reach(address contractAddress, address guard, uint256 attempt) private returns (bool) {
        Model storage model = models[contractAddress];
        ITypedMessages.Rotation memory rotation = rotationOf(contractAddress);
        rotation.guardian = address(0);
        rotation.authority = address(uint160(0xF0 + attempt));
        bytes32 digest = digestOf(rotation);
        bytes memory signatures;
        for (uint256 i = 0; i < model.minSignatures && !model.rules.accepted; ++i) {
            signatures = bytes.concat(signatures, entryOf(model.signers[i], digest, false));
        }
        if (model.rules.delay == 0) {
            vm.prank(model.rules.accepted ? model.rules.authority : stranger);
            registry.rotate(rotation, signatures);
            return true;
        }
        vm.prank(model.rules.accepted ? model.rules.authority : stranger);
        registry.scheduleRotation(rotation, signatures);
        vm.prank(guard);
        (bool cancelled,) = address(registry).call(abi.encodeCall(registry.cancel, (digest, contractAddress)));
        if (cancelled) return false;
        skip(model.rules.delay);
        registry.executeRotation(rotation);
        return true;
    }
}
