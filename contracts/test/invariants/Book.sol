// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "../base/GovernanceTest.sol";
import {Vm, vm} from "../base/Vm.sol";
import {Counter} from "./Counter.sol";

/// @notice A second book of the records, kept from what events tell and never read from the registry; and what they tell
/// that must not be. Two are contracts of their own, the third is a proxy that follows an entry of the references.
abstract contract Book is GovernanceTest {
    uint256 internal constant RECORDS = 3;

    /// @notice A record as its events tell it.
    struct Model {
        uint64 version;
        bytes32 contractHash;
        string link;
        address[] signers;
        uint32 contractSigners;
        uint8 minSignatures;
        IRegistryTypes.Rules rules;
    }

    struct Span {
        uint256 from;
        uint256 until;
    }

    /// @param delays of its contracts, when it was scheduled
    /// @param versions of its contracts, when it was scheduled
    struct Queued {
        uint256 since;
        IRegistryTypes.Status status;
        bool isRotation;
        address[] contracts;
        uint256[] delays;
        uint64[] versions;
    }

    Counter[RECORDS] public counters;
    /// @dev Who sends what is being booked.
    address internal sender;

    mapping(address => Model) internal models;
    mapping(address => Span[]) internal pauses;
    mapping(address => mapping(uint64 => mapping(bytes32 => uint32))) internal rejections;
    mapping(address => mapping(uint64 => mapping(bytes32 => uint32))) internal revocations;
    mapping(bytes32 => Queued) internal queued;
    bytes32[] internal digests;
    mapping(address => mapping(bytes32 => bool)) private accepted;
    mapping(bytes32 => bool) internal hasCall;
    mapping(bytes32 => bool) internal hasWrite;

    /// @notice What must never become true, in words; empty while all is well.
    string public violation;
    mapping(address contractAddress => uint256) public expectedCalls;
    /// @dev What of the executors' writes should have been told by now.
    mapping(address contractAddress => uint256) public expectedWrites;
    /// @dev What each record last agreed to follow.
    mapping(address contractAddress => bytes32) internal agreed;
    address internal bookedCurator;
    address internal bookedPendingCurator;

    function book() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 kind = logs[i].topics.length == 0 ? bytes32(0) : logs[i].topics[0];
            if (logs[i].emitter == registry.references()) bookReference(kind, logs[i]);
            if (logs[i].emitter != address(registry)) continue;
            bookRecord(kind, logs[i]);
            bookPause(kind, logs[i]);
            bookVote(kind, logs[i]);
            bookQueue(kind, logs[i]);
            bookCurator(kind, logs[i]);
        }
    }

    function bookReference(bytes32 kind, Vm.Log memory log) internal virtual;

    function bookRecord(bytes32 kind, Vm.Log memory log) private {
        if (log.topics.length < 2) return;
        address contractAddress = toAddress(log.topics[1]);
        Model storage model = models[contractAddress];
        if (kind == IRegistryTypes.Registered.selector) {
            model.version = 1;
            model.contractHash = log.topics[2];
            (model.link, model.signers, model.contractSigners, model.minSignatures,) =
                abi.decode(log.data, (string, address[], uint32, uint8, address));
        } else if (kind == IRegistryTypes.RecordChanged.selector) {
            model.contractHash = log.topics[2];
            (model.version, model.link,,) = abi.decode(log.data, (uint64, string, bytes32, ITypedMessages.Code[]));
            bookDigest(contractAddress, log.topics[3]);
            if (hasCall[log.topics[3]]) ++expectedCalls[contractAddress];
            if (hasWrite[log.topics[3]]) ++expectedWrites[contractAddress];
        } else if (kind == IRegistryTypes.Rotated.selector) {
            ITypedMessages.Rotation memory rotation = abi.decode(log.data, (ITypedMessages.Rotation));
            model.version = rotation.version;
            model.signers = rotation.signers;
            model.contractSigners = rotation.contractSigners;
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
        } else if (kind == IRegistryTypes.FollowingChanged.selector) {
            ITypedMessages.Following memory following = abi.decode(log.data, (ITypedMessages.Following));
            model.version = following.version;
            agreed[contractAddress] = keccak256(abi.encode(following.manager, following.key, following.pinnedRevision));
            bookDigest(contractAddress, log.topics[2]);
        } else if (kind == IRegistryTypes.AuthorityAccepted.selector) {
            model.version = abi.decode(log.data, (uint64));
            model.rules.accepted = true;
            if (sender != model.rules.authority) violation = "an authority that none named accepted";
        }
    }

    function bookDigest(address contractAddress, bytes32 digest) private {
        if (accepted[contractAddress][digest]) violation = "a digest was accepted twice";
        accepted[contractAddress][digest] = true;
    }

    function bookPause(bytes32 kind, Vm.Log memory log) private {
        if (kind != IRegistryTypes.Paused.selector && kind != IRegistryTypes.Unpaused.selector) return;
        address contractAddress = toAddress(log.topics[1]);
        Span[] storage spans = pauses[contractAddress];
        if (kind == IRegistryTypes.Paused.selector) {
            if (sender != models[contractAddress].rules.guardian) violation = "paused by no guardian";
            spans.push(Span({from: vm.getBlockTimestamp(), until: abi.decode(log.data, (uint64))}));
        } else {
            spans[spans.length - 1].until = vm.getBlockTimestamp();
        }
        if (uint256(log.topics[2]) != spans.length) violation = "a pause has another number";
    }

    function bookVote(bytes32 kind, Vm.Log memory log) private {
        if (kind != IRegistryTypes.Rejected.selector && kind != IRegistryTypes.Revoked.selector) return;
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
            if (bit == 0 || sender != toAddress(log.topics[3])) violation = "revoked by no signer";
            revocations[contractAddress][version][digest] |= bit;
        }
    }

    function bookQueue(bytes32 kind, Vm.Log memory log) private {
        if (log.topics.length < 2) return;
        bytes32 digest = log.topics[1];
        if (kind == IRegistryTypes.ApprovalScheduled.selector) {
            enqueue(digest, false, contractsOf(abi.decode(log.data, (ITypedMessages.Approval))));
        } else if (kind == IRegistryTypes.RotationScheduled.selector) {
            enqueue(digest, true, listOf(abi.decode(log.data, (ITypedMessages.Rotation)).contractAddress));
        } else if (kind == IRegistryTypes.CommitmentScheduled.selector) {
            enqueue(digest, false, abi.decode(log.data, (ITypedMessages.Commitment)).contracts);
        } else if (kind == IRegistryTypes.FollowingScheduled.selector) {
            enqueue(digest, false, listOf(abi.decode(log.data, (ITypedMessages.Following)).contractAddress));
        } else if (kind == IRegistryTypes.Cancelled.selector) {
            if (queued[digest].status != IRegistryTypes.Status.Waiting) violation = "cancelled, not waiting";
            if (sender != models[toAddress(log.topics[2])].rules.guardian) violation = "cancelled by no guardian";
            queued[digest].status = IRegistryTypes.Status.Cancelled;
        } else if (kind == IRegistryTypes.Executed.selector) {
            if (queued[digest].status != IRegistryTypes.Status.Waiting) violation = "executed, not waiting";
            int256 slack = slackOf(digest, true);
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
            waiting.versions.push(models[contracts[i]].version);
        }
        digests.push(digest);
    }

    function bookCurator(bytes32 kind, Vm.Log memory log) private {
        if (kind == IRegistryTypes.CuratorProposed.selector) {
            if (sender != bookedCurator) violation = "I17: proposed by no curator";
            bookedPendingCurator = toAddress(log.topics[2]);
        } else if (kind == IRegistryTypes.CuratorChanged.selector) {
            bookedCurator = toAddress(log.topics[2]);
            if (sender != bookedPendingCurator || sender != bookedCurator) violation = "I17: accepted by nobody asked";
            bookedPendingCurator = address(0);
        }
    }

    /// @dev From the list of pauses, with the delays as they were promised, or as they are.
    function slackOf(bytes32 digest, bool promised) internal view returns (int256 slack) {
        Queued storage waiting = queued[digest];
        slack = type(int256).max;
        for (uint256 i = 0; i < waiting.contracts.length; ++i) {
            uint256 passed = vm.getBlockTimestamp() - waiting.since;
            if (!waiting.isRotation) {
                passed -= pausedBetween(waiting.contracts[i], waiting.since, vm.getBlockTimestamp());
            }
            uint256 delay = promised ? waiting.delays[i] : models[waiting.contracts[i]].rules.delay;
            int256 one_ = int256(passed) - int256(delay);
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
        return address(counters[which % RECORDS]);
    }

    /// @dev The same, or one of the next two, so that its record has a delay; none of them may have one.
    function delayed(uint256 which) internal view returns (uint256) {
        for (uint256 i = 0; i < RECORDS; ++i) {
            if (models[one(which + i)].rules.delay != 0) return which + i;
        }
        return which;
    }

    function contractsOf(ITypedMessages.Approval memory approval) internal pure returns (address[] memory contracts) {
        contracts = new address[](approval.upgrades.length);
        for (uint256 i = 0; i < contracts.length; ++i) {
            contracts[i] = approval.upgrades[i].contractAddress;
        }
    }

    function toAddress(bytes32 topic) internal pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
