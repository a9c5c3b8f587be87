// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {GovernanceTest} from "../base/GovernanceTest.sol";
import {Vm, vm} from "../base/Vm.sol";
import {Counter} from "./Counter.sol";

/// @notice A second book of two records, kept from what events tell and never read from the registry; and what they tell
/// that must not be.
abstract contract Book is GovernanceTest {
    /// @notice A record as its events tell it.
    struct Model {
        uint64 version;
        bytes32 contractHash;
        string link;
        address[] signers;
        uint8 minSignatures;
        IRegistryTypes.Rules rules;
        uint64 pauseNumber;
    }

    struct Span {
        uint256 from;
        uint256 until;
    }

    /// @param delays of its contracts, when it was scheduled
    struct Queued {
        uint256 since;
        IRegistryTypes.Status status;
        bool isRotation;
        address[] contracts;
        uint256[] delays;
    }

    Counter[2] public counters;
    mapping(address signer => uint256) internal keyOf;

    mapping(address => Model) internal models;
    mapping(address => Span[]) internal pauses;
    mapping(address => mapping(uint64 => mapping(bytes32 => uint32))) internal rejections;
    mapping(address => mapping(uint64 => mapping(bytes32 => uint32))) internal revocations;
    mapping(bytes32 => Queued) internal queued;
    bytes32[] internal digests;
    mapping(address => mapping(bytes32 => bool)) private accepted;
    mapping(bytes32 => bool) internal hasCall;

    /// @notice What must never become true, in words; empty while all is well.
    string public violation;
    uint256[2] public expectedCalls;

    function book() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(registry) || logs[i].topics.length < 2) continue;
            bytes32 kind = logs[i].topics[0];
            bool isOfRecord = kind == IRegistryTypes.Registered.selector
                || kind == IRegistryTypes.RecordChanged.selector || kind == IRegistryTypes.Rotated.selector
                || kind == IRegistryTypes.AuthorityAccepted.selector;
            if (isOfRecord) {
                bookRecord(kind, logs[i]);
            } else if (kind == IRegistryTypes.Paused.selector || kind == IRegistryTypes.Unpaused.selector) {
                bookPause(kind, logs[i]);
            } else if (kind == IRegistryTypes.Rejected.selector || kind == IRegistryTypes.Revoked.selector) {
                bookVote(kind, logs[i]);
            } else {
                bookQueue(kind, logs[i]);
            }
        }
    }

    function bookRecord(bytes32 kind, Vm.Log memory log) private {
        address contractAddress = toAddress(log.topics[1]);
        Model storage model = models[contractAddress];
        if (kind == IRegistryTypes.Registered.selector) {
            model.version = 1;
            model.contractHash = log.topics[2];
            (model.link, model.signers,, model.minSignatures,) =
                abi.decode(log.data, (string, address[], uint32, uint8, address));
        } else if (kind == IRegistryTypes.RecordChanged.selector) {
            model.contractHash = log.topics[2];
            (model.version, model.link,,) = abi.decode(log.data, (uint64, string, bytes32, IRegistryTypes.Code[]));
            bookDigest(contractAddress, log.topics[3]);
            if (hasCall[log.topics[3]]) ++expectedCalls[contractAddress == address(counters[0]) ? 0 : 1];
        } else if (kind == IRegistryTypes.Rotated.selector) {
            IRegistryTypes.Rotation memory rotation = abi.decode(log.data, (IRegistryTypes.Rotation));
            model.version = rotation.version;
            model.signers = rotation.signers;
            model.minSignatures = rotation.minSignatures;
            model.rules = IRegistryTypes.Rules({
                authority: rotation.authority,
                guardian: rotation.guardian,
                gate: rotation.gate,
                delay: rotation.delay,
                commitReveal: rotation.commitReveal,
                accepted: false
            });
            bookDigest(contractAddress, log.topics[2]);
        } else {
            model.version = abi.decode(log.data, (uint64));
            model.rules.accepted = true;
        }
    }

    function bookDigest(address contractAddress, bytes32 digest) private {
        if (accepted[contractAddress][digest]) violation = "a digest was accepted twice";
        accepted[contractAddress][digest] = true;
    }

    function bookPause(bytes32 kind, Vm.Log memory log) private {
        address contractAddress = toAddress(log.topics[1]);
        Span[] storage spans = pauses[contractAddress];
        if (kind == IRegistryTypes.Paused.selector) {
            models[contractAddress].pauseNumber += 1;
            spans.push(Span({from: vm.getBlockTimestamp(), until: abi.decode(log.data, (uint64))}));
        } else {
            spans[spans.length - 1].until = vm.getBlockTimestamp();
        }
        if (uint256(log.topics[2]) != spans.length) violation = "a pause has another number";
    }

    function bookVote(bytes32 kind, Vm.Log memory log) private {
        bytes32 digest = log.topics[1];
        address contractAddress = toAddress(log.topics[2]);
        if (kind == IRegistryTypes.Rejected.selector) {
            (uint64 version, uint32 bits,) = abi.decode(log.data, (uint64, uint32, bool));
            if (bits & rejections[contractAddress][version][digest] != rejections[contractAddress][version][digest]) {
                violation = "a rejection was lost";
            }
            rejections[contractAddress][version][digest] = bits;
        } else {
            uint64 version = abi.decode(log.data, (uint64));
            uint32 bit = bitOf(models[contractAddress].signers, toAddress(log.topics[3]));
            revocations[contractAddress][version][digest] |= bit;
        }
    }

    function bookQueue(bytes32 kind, Vm.Log memory log) private {
        bytes32 digest = log.topics[1];
        if (kind == IRegistryTypes.ApprovalScheduled.selector) {
            enqueue(digest, false, contractsOf(abi.decode(log.data, (IRegistryTypes.Approval))));
        } else if (kind == IRegistryTypes.RotationScheduled.selector) {
            enqueue(digest, true, listOf(abi.decode(log.data, (IRegistryTypes.Rotation)).contractAddress));
        } else if (kind == IRegistryTypes.CommitmentScheduled.selector) {
            enqueue(digest, false, abi.decode(log.data, (IRegistryTypes.Commitment)).contracts);
        } else if (kind == IRegistryTypes.Cancelled.selector) {
            if (queued[digest].status != IRegistryTypes.Status.Waiting) violation = "cancelled, not waiting";
            queued[digest].status = IRegistryTypes.Status.Cancelled;
        } else if (kind == IRegistryTypes.Executed.selector) {
            if (queued[digest].status != IRegistryTypes.Status.Waiting) violation = "executed, not waiting";
            int256 slack = slackOf(digest);
            if (slack < 0) violation = "executed before its time";
            if (slack > int256(GRACE)) violation = "executed after its time";
            queued[digest].status = IRegistryTypes.Status.Executed;
        }
    }

    function enqueue(bytes32 digest, bool isRotation, address[] memory contracts) private {
        Queued storage waiting = queued[digest];
        if (waiting.status != IRegistryTypes.Status.None) violation = "scheduled twice";
        waiting.since = vm.getBlockTimestamp();
        waiting.status = IRegistryTypes.Status.Waiting;
        waiting.isRotation = isRotation;
        waiting.contracts = contracts;
        for (uint256 i = 0; i < contracts.length; ++i) {
            waiting.delays.push(models[contracts[i]].rules.delay);
        }
        digests.push(digest);
    }

    /// @dev From the list of pauses, with the delays as they were promised.
    function slackOf(bytes32 digest) private view returns (int256 slack) {
        Queued storage waiting = queued[digest];
        slack = type(int256).max;
        for (uint256 i = 0; i < waiting.contracts.length; ++i) {
            uint256 passed = vm.getBlockTimestamp() - waiting.since;
            if (!waiting.isRotation) {
                passed -= pausedBetween(waiting.contracts[i], waiting.since, vm.getBlockTimestamp());
            }
            int256 one_ = int256(passed) - int256(waiting.delays[i]);
            if (one_ < slack) slack = one_;
        }
    }

    function pausedBetween(address contractAddress, uint256 from, uint256 until) internal view returns (uint256 sum) {
        Span[] storage spans = pauses[contractAddress];
        for (uint256 i = 0; i < spans.length; ++i) {
            uint256 start = spans[i].from > from ? spans[i].from : from;
            uint256 end = spans[i].until < until ? spans[i].until : until;
            if (end > start) sum += end - start;
        }
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function one(uint256 which) internal view returns (address) {
        return address(counters[which % 2]);
    }

    function contractsOf(IRegistryTypes.Approval memory approval) internal pure returns (address[] memory contracts) {
        contracts = new address[](approval.upgrades.length);
        for (uint256 i = 0; i < contracts.length; ++i) {
            contracts[i] = approval.upgrades[i].contractAddress;
        }
    }

    function toAddress(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
