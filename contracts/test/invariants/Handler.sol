// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {GovernanceTest} from "../base/GovernanceTest.sol";
import {TypedData} from "../base/TypedData.sol";
import {Vm, vm} from "../base/Vm.sol";

/// @notice Counts who calls it.
contract Counter {
    address public owner;
    address public executor;
    uint256 public calls;
    uint256 public strangers;

    constructor() {
        owner = msg.sender;
    }

    function expect(address executor_) external {
        executor = executor_;
    }

    function count() external {
        if (msg.sender == executor) ++calls;
        else ++strangers;
    }
}

/// @notice Does to two records whatever the runner picks, as anybody, with too few signatures as often as with enough;
/// and keeps a second book of what events tell, which is never read from the registry.
contract Handler is GovernanceTest {
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

    bytes32 private constant SALT = keccak256("salt");

    Counter[2] public counters;
    uint256[][2] private teams;
    mapping(address => uint256) private keyOf;

    mapping(address => Model) private models;
    mapping(address => Span[]) private pauses;
    mapping(address => mapping(uint64 => mapping(bytes32 => uint32))) private rejections;
    mapping(address => mapping(uint64 => mapping(bytes32 => uint32))) private revocations;
    mapping(bytes32 => Queued) private queued;
    bytes32[] private digests;
    mapping(address => mapping(bytes32 => bool)) private accepted;
    mapping(bytes32 => bool) private hasCall;

    IRegistryTypes.Approval[] private approvals;
    IRegistryTypes.Rotation[] private rotations;
    IRegistryTypes.Commitment[] private commitments;
    IRegistryTypes.Approval[] private hidden;
    bytes[] private sent;

    /// @notice What must never become true, in words; empty while all is well.
    string public violation;
    uint256[2] public expectedCalls;
    uint256 public successes;
    mapping(bytes4 => uint256) public successesOf;

    /// @dev Whether what is being sent carries consent, and for which records.
    mapping(address => bool) private mayChange;

    constructor() {
        setUp();
    }

    function setUp() public override {
        vm.warp(NOW);
        vm.recordLogs();
        registry = deployRegistry(curator);
        (uint256[] memory first, address[] memory firstSigners) = council("first team", 3);
        (uint256[] memory second, address[] memory secondSigners) = council("second team", 4);
        (teams[0], teams[1]) = (first, second);
        for (uint256 i = 0; i < 4; ++i) {
            if (i < 3) keyOf[firstSigners[i]] = first[i];
            keyOf[secondSigners[i]] = second[i];
        }
        for (uint256 i = 0; i < 2; ++i) {
            counters[i] = new Counter();
            register(address(counters[i]), i == 0 ? firstSigners : secondSigners, i == 0 ? 2 : 3);
            counters[i].expect(registry.executor(address(counters[i])));
        }
        book();
    }

    // --------------------------------------------------------------------------------------------- what is picked

    function tryFinalize(uint256 which, uint256 count, uint256 calls, uint256 sender) external {
        IRegistryTypes.Approval memory approval = anyApproval(which, calls % 4 != 0);
        bytes32 digest = digestOf(approval);
        (bytes memory signatures, address by) = consent(contractsOf(approval), digest, count, sender);
        send(by, abi.encodeCall(registry.finalize, (approval, signatures)));
    }

    function trySchedule(uint256 which, uint256 count, uint256 calls, uint256 sender) external {
        IRegistryTypes.Approval memory approval = anyApproval(which, calls % 4 != 0);
        bytes32 digest = digestOf(approval);
        (bytes memory signatures, address by) = consent(contractsOf(approval), digest, count, sender);
        forbid();
        if (send(by, abi.encodeCall(registry.schedule, (approval, signatures)))) push(approvals, approval);
    }

    function tryExecute(uint256 index) external {
        if (approvals.length == 0) return;
        IRegistryTypes.Approval memory approval = approvals[recent(index, approvals.length)];
        allow(contractsOf(approval));
        send(stranger, abi.encodeCall(registry.execute, (approval)));
    }

    function tryRotate(uint256 which, uint256 shape, uint256 count, uint256 sender) external {
        IRegistryTypes.Rotation memory rotation = anyRotation(which, shape);
        (bytes memory signatures, address by) =
            consent(listOf(rotation.contractAddress), digestOf(rotation), count, sender);
        send(by, abi.encodeCall(registry.rotate, (rotation, signatures)));
    }

    function tryScheduleRotation(uint256 which, uint256 shape, uint256 count, uint256 sender) external {
        IRegistryTypes.Rotation memory rotation = anyRotation(which, shape);
        (bytes memory signatures, address by) =
            consent(listOf(rotation.contractAddress), digestOf(rotation), count, sender);
        forbid();
        if (send(by, abi.encodeCall(registry.scheduleRotation, (rotation, signatures)))) rotations.push(rotation);
    }

    function tryExecuteRotation(uint256 index) external {
        if (rotations.length == 0) return;
        IRegistryTypes.Rotation memory rotation = rotations[recent(index, rotations.length)];
        allow(listOf(rotation.contractAddress));
        send(stranger, abi.encodeCall(registry.executeRotation, (rotation)));
    }

    function tryCommit(uint256 which, uint256 count, uint256 sender) external {
        IRegistryTypes.Approval memory approval = anyApproval(which, true);
        IRegistryTypes.Commitment memory commitment = commitmentOf(approval, SALT);
        (bytes memory signatures, address by) = consent(commitment.contracts, digestOf(commitment), count, sender);
        forbid();
        if (!send(by, abi.encodeCall(registry.commit, (commitment, signatures)))) return;
        commitments.push(commitment);
        push(hidden, approval);
    }

    function tryReveal(uint256 index, uint256 other_) external {
        if (hidden.length == 0) return;
        index = recent(index, hidden.length);
        // Now and then what does not belong together.
        IRegistryTypes.Approval memory approval = hidden[other_ % 4 == 0 ? other_ % hidden.length : index];
        allow(commitments[index].contracts);
        send(
            models[commitments[index].contracts[0]].rules.gate,
            abi.encodeCall(registry.reveal, (commitments[index], approval, SALT, new IRegistryTypes.Deployment[](0)))
        );
    }

    function tryAcceptAuthority(uint256 which, uint256 role) external {
        address contractAddress = one(which);
        address authority = models[contractAddress].rules.authority;
        bool asAuthority = role % 4 != 0;
        forbid();
        mayChange[contractAddress] = asAuthority && authority != address(0) && !models[contractAddress].rules.accepted;
        send(asAuthority ? authority : stranger, abi.encodeCall(registry.acceptAuthority, (contractAddress)));
    }

    function tryCancel(uint256 which, uint256 index, uint256 role) external {
        if (digests.length == 0) return;
        address contractAddress = one(which);
        forbid();
        send(
            role % 4 != 0 ? models[contractAddress].rules.guardian : stranger,
            abi.encodeCall(registry.cancel, (digests[index % digests.length], contractAddress))
        );
    }

    function tryReject(uint256 which, uint256 index, uint256 count, uint256 sender) external {
        address contractAddress = one(which);
        bytes32 digest = digests.length == 0 ? digestOf(anyApproval(which % 2, false)) : digests[index % digests.length];
        IRegistryTypes.Rejection memory rejection = rejectionOf(digest);
        (bytes memory signatures, address by) =
            consent(listOf(contractAddress), digestOf(rejection), count / 3 % 2 * 4, sender);
        forbid();
        send(by, abi.encodeCall(registry.reject, (contractAddress, rejection, signatures)));
    }

    function tryRevoke(uint256 which, uint256 signer) external {
        address contractAddress = one(which);
        address[] memory list = models[contractAddress].signers;
        bytes32 digest = digestOf(anyApproval(which % 2, false));
        forbid();
        send(list[signer % list.length], abi.encodeCall(registry.revoke, (contractAddress, digest)));
    }

    function tryPause(uint256 which, uint24 duration, uint256 role) external {
        address contractAddress = one(which);
        forbid();
        send(
            role % 4 != 0 ? models[contractAddress].rules.guardian : stranger,
            abi.encodeCall(registry.pause, (contractAddress, duration % 8 days))
        );
    }

    function tryUnpause(uint256 which, uint256 count, uint256 sender) external {
        IRegistryTypes.Unpause memory message = unpauseOf(one(which));
        (bytes memory signatures, address by) =
            consent(listOf(message.contractAddress), digestOf(message), count, sender);
        forbid();
        send(by, abi.encodeCall(registry.unpause, (message, signatures)));
    }

    function wait(uint256 time) external {
        skip(time % 3 == 0 ? time % 12 hours : time % 9 days);
    }

    /// @notice I3: everything that was ever sent comes again, from anybody. Only what could not pass before may do so.
    function tryAgain(uint256 index, uint256 sender) external {
        if (sent.length == 0) return;
        bytes memory data = sent[index % sent.length];
        forbid();
        send(sender % 2 == 0 ? stranger : models[one(sender)].rules.authority, data);
    }

    // ------------------------------------------------------------------------------------------------------- sending

    /// @dev Sends, writes the book, and looks whether anything happened that must not.
    function send(address sender, bytes memory data) private returns (bool success) {
        bytes32[2] memory before = [all(0), all(1)];
        bytes32[2] memory fields = [stateOf(address(counters[0])), stateOf(address(counters[1]))];
        uint64[2] memory versions = [models[address(counters[0])].version, models[address(counters[1])].version];
        vm.recordLogs();
        vm.prank(sender);
        (success,) = address(registry).call(data);
        // What a failed call told did not happen, though it is among the logs.
        if (!success) vm.getRecordedLogs();
        if (success) {
            book();
            ++successes;
            ++successesOf[bytes4(data)];
            // A rejection may be repeated: it counts once. Whatever else was accepted must not be so again.
            if (bytes4(data) != registry.reject.selector && bytes4(data) != registry.revoke.selector) sent.push(data);
        }
        for (uint256 i = 0; i < 2; ++i) {
            address contractAddress = address(counters[i]);
            if (!success && all(i) != before[i]) violation = "a failed call changed something";
            uint256 found = registry.record(contractAddress).version;
            if (found != versions[i] && found != versions[i] + 1) violation = "version did not grow by one";
            if (stateOf(contractAddress) == fields[i]) continue;
            if (!mayChange[contractAddress]) violation = "record changed without consent";
            if (found == versions[i]) violation = "record changed without its version";
        }
        forbid();
    }

    /// @dev Signatures by the first `count` signers of each record, the sender, and whether that is consent.
    function consent(address[] memory contracts, bytes32 digest, uint256 count, uint256 sender)
        private
        returns (bytes memory signatures, address by)
    {
        forbid();
        // Now and then too few.
        count = count % 4 == 0 ? count / 4 % 4 : 4;
        Model storage model = models[contracts[0]];
        by = sender % 4 == 0 ? stranger : model.rules.accepted ? model.rules.authority : model.rules.gate;
        address[] memory used = new address[](0);
        for (uint256 i = 0; i < contracts.length; ++i) {
            address[] memory list = models[contracts[i]].signers;
            for (uint256 j = 0; j < list.length && j < count; ++j) {
                if (bitOf(used, list[j]) == 0) used = withContract(used, list[j]);
            }
        }
        for (uint256 i = 0; i < used.length; ++i) {
            signatures = bytes.concat(signatures, signWith(keyOf[used[i]], digest));
        }
        for (uint256 i = 0; i < contracts.length; ++i) {
            if (!hasConsent(contracts[i], digest, used, by)) return (signatures, by);
        }
        allow(contracts);
    }

    function hasConsent(address contractAddress, bytes32 digest, address[] memory used, address by)
        private
        view
        returns (bool)
    {
        Model storage model = models[contractAddress];
        uint32 rejected = rejections[contractAddress][model.version + 1][digest];
        if (model.rules.accepted) return by == model.rules.authority && rejected == 0;
        uint256 good;
        uint256 against;
        for (uint256 i = 0; i < model.signers.length; ++i) {
            bool isAgainst = (rejected >> i) & 1 == 1;
            bool isBack = (revocations[contractAddress][model.version + 1][digest] >> i) & 1 == 1;
            if (isAgainst) ++against;
            if (!isAgainst && !isBack && bitOf(used, model.signers[i]) != 0) ++good;
        }
        return good >= model.minSignatures && against <= model.signers.length - model.minSignatures;
    }

    function allow(address[] memory contracts) private {
        forbid();
        for (uint256 i = 0; i < contracts.length; ++i) {
            mayChange[contracts[i]] = true;
        }
    }

    function forbid() private {
        mayChange[address(counters[0])] = false;
        mayChange[address(counters[1])] = false;
    }

    // ---------------------------------------------------------------------------------------------------- the book

    function book() private {
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

    function pausedBetween(address contractAddress, uint256 from, uint256 until) private view returns (uint256 sum) {
        Span[] storage spans = pauses[contractAddress];
        for (uint256 i = 0; i < spans.length; ++i) {
            uint256 start = spans[i].from > from ? spans[i].from : from;
            uint256 end = spans[i].until < until ? spans[i].until : until;
            if (end > start) sum += end - start;
        }
    }

    // ------------------------------------------------------------------------------------------------------- checking

    function assertBookIsTheRegistrys() external view {
        for (uint256 i = 0; i < 2; ++i) {
            address contractAddress = address(counters[i]);
            Model storage model = models[contractAddress];
            IRegistryTypes.Record memory record = registry.record(contractAddress);
            vm.assertEq(uint256(record.version), model.version);
            vm.assertEq(record.contractHash, model.contractHash);
            vm.assertEq(record.contractLink, model.link);
            vm.assertEq(record.signers, model.signers);
            vm.assertEq(uint256(record.minSignatures), model.minSignatures);
            IRegistryTypes.Rules memory rules = model.rules;
            vm.assertEq(keccak256(abi.encode(registry.rulesOf(contractAddress))), keccak256(abi.encode(rules)));
            assertPauses(contractAddress);
        }
        for (uint256 i = 0; i < digests.length; ++i) {
            assertQueued(digests[i]);
        }
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
        for (uint256 i = 0; i < 2; ++i) {
            IRegistryTypes.Record memory record = registry.record(address(counters[i]));
            vm.assertTrue(record.minSignatures != 0 && record.minSignatures <= record.signers.length);
            address previous;
            for (uint256 j = 0; j < record.signers.length; ++j) {
                vm.assertTrue(record.signers[j] > previous);
                previous = record.signers[j];
            }
        }
    }

    /// @notice I20: whatever the guardian does, whoever rules removes him, in two rotations at most.
    function assertRotationIsReachable(uint256 which) external {
        address contractAddress = address(counters[which]);
        address guard = models[contractAddress].rules.guardian;
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
        IRegistryTypes.Rotation memory rotation = rotationOf(contractAddress);
        rotation.guardian = address(0);
        rotation.authority = address(uint160(0xF0 + attempt));
        bytes32 digest = digestOf(rotation);
        bytes memory signatures;
        for (uint256 i = 0; i < model.minSignatures && !model.rules.accepted; ++i) {
            signatures = bytes.concat(signatures, signWith(keyOf[model.signers[i]], digest));
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

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev Mostly one of the last three, seldom any.
    function recent(uint256 index, uint256 length) private pure returns (uint256) {
        if (index % 8 == 0) return index / 8 % length;
        return length - 1 - index % (length < 3 ? length : 3);
    }

    function one(uint256 which) private view returns (address) {
        return address(counters[which % 2]);
    }

    /// @dev Of one record, or of both; now and then the one that was scheduled before.
    function anyApproval(uint256 which, bool calls) private returns (IRegistryTypes.Approval memory approval) {
        which = which % 8;
        if (which == 7 && approvals.length != 0) return approvals[approvals.length - 1];
        uint256 size = which < 5 ? 1 : 2;
        approval.deadline = uint64(vm.getBlockTimestamp() / 10 days * 10 days + 20 days);
        approval.upgrades = new IRegistryTypes.Upgrade[](size);
        for (uint256 i = 0; i < size; ++i) {
            address contractAddress = one(which + i);
            approval.upgrades[i] = upgradeOf(contractAddress);
            approval.upgrades[i].contractHash = keccak256(abi.encode(which, calls));
            approval.upgrades[i].contractLink = which % 3 == 0 ? LINK : NEXT_LINK;
            if (calls) approval.upgrades[i].calls = callsOf(contractAddress, abi.encodeCall(Counter.count, ()));
        }
        if (calls) hasCall[digestOf(approval)] = true;
    }

    /// @dev Most shapes leave the other rules as they are, so that states last for a while.
    function anyRotation(uint256 which, uint256 shape) private view returns (IRegistryTypes.Rotation memory rotation) {
        address contractAddress = one(which);
        rotation = rotationOf(contractAddress);
        rotation.deadline = uint64(vm.getBlockTimestamp() / 10 days * 10 days + 20 days);
        rotation.guardian = shape % 5 == 0 ? address(0) : guardian;
        rotation.commitReveal = shape % 4 != 0;
        rotation.delay = shape % 13 < 8 ? 0 : uint32(shape % 13 * 12 hours);
        if (shape % 17 == 0) rotation.delay = 31 days;
        rotation.gate = shape % 11 == 0 ? gate : address(0);
        rotation.authority = shape % 6 == 0 ? address(0xA0) : address(0);
        if (shape % 2 == 0) return rotation;
        uint256[] memory team = teams[shape / 2 % 2];
        rotation.signers = sortByAddress(team);
        rotation.minSignatures = uint8(1 + shape / 4 % team.length);
    }

    function contractsOf(IRegistryTypes.Approval memory approval) private pure returns (address[] memory contracts) {
        contracts = new address[](approval.upgrades.length);
        for (uint256 i = 0; i < contracts.length; ++i) {
            contracts[i] = approval.upgrades[i].contractAddress;
        }
    }

    function push(IRegistryTypes.Approval[] storage list, IRegistryTypes.Approval memory approval) private {
        IRegistryTypes.Approval storage added = list.push();
        added.deadline = approval.deadline;
        for (uint256 i = 0; i < approval.upgrades.length; ++i) {
            IRegistryTypes.Upgrade memory from = approval.upgrades[i];
            IRegistryTypes.Upgrade storage to = added.upgrades.push();
            to.contractAddress = from.contractAddress;
            to.version = from.version;
            to.contractHash = from.contractHash;
            to.contractLink = from.contractLink;
            to.buildHash = from.buildHash;
            for (uint256 j = 0; j < from.calls.length; ++j) {
                to.calls.push(from.calls[j]);
            }
        }
    }

    function all(uint256 i) private view returns (bytes32) {
        return keccak256(abi.encode(governedStateOf(address(counters[i])), counters[i].calls(), registry.curator()));
    }

    function toAddress(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
