// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../../src/interfaces/IReferences.sol";
import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {Forced} from "../Executor.t.sol";
import {TypedData} from "../base/TypedData.sol";
import {vm} from "../base/Vm.sol";
import {Checks} from "./Checks.sol";
import {Counter} from "./Counter.sol";
import {FleetChecks} from "./FleetChecks.sol";
import {FleetRoads} from "./FleetRoads.sol";
import {Switch} from "./Switch.sol";

/// @notice Does to the records whatever the runner picks, as anybody, with too few signatures as often as with enough.
contract Handler is FleetRoads, Checks, FleetChecks {
    bytes32 private constant SALT = keccak256("salt");

    ITypedMessages.Rotation[] private rotations;
    ITypedMessages.Commitment[] private commitments;
    ITypedMessages.Approval[] private hidden;

    constructor() {
        setUp();
    }

    function setUp() public override {
        vm.warp(NOW);
        vm.recordLogs();
        registry = deployRegistry(curator);
        vm.getRecordedLogs();
        references = IReferences(registry.references());
        bookedCurator = curator;
        gather();
        implementations = [new Counter(), new Counter()];
        vm.prank(manager);
        references.write(KEY, HASH, LINK, address(implementations[0]), address(implementations[0]).codehash);
        counters = [new Counter(), new Counter(), Counter(references.deploy("", manager, KEY, 0, ""))];
        for (uint256 i = 0; i < RECORDS; ++i) {
            address[] memory team = teams[i % 2];
            vm.prank(i < 2 ? address(this) : curator);
            registry.register(one(i), HASH, LINK, team, contractSignersOf(team), i == 1 ? 3 : 2);
            counters[i].expect(registry.executor(one(i)));
            if (i < 2) followers.push(one(i));
        }
        book();
    }

    // --------------------------------------------------------------------------------------------- what is picked

    function tryFinalize(uint256 which, uint256 count, uint256 calls, uint256 role) external {
        ITypedMessages.Approval memory approval = anyApproval(which, calls);
        (Signed memory message, bytes memory signatures) =
            signed(contractsOf(approval), digestOf(approval), count, role);
        sendSigned(message, abi.encodeCall(registry.finalize, (approval, signatures)), role);
    }

    function trySchedule(uint256 which, uint256 count, uint256 calls, uint256 role) external {
        ITypedMessages.Approval memory approval = anyApproval(delayed(which % 9), calls);
        (Signed memory message, bytes memory signatures) =
            signed(contractsOf(approval), digestOf(approval), count, role);
        forbid();
        if (send(message.by, abi.encodeCall(registry.schedule, (approval, signatures)))) push(approvals, approval);
    }

    function tryExecute(uint256 index) external {
        if (approvals.length == 0) return;
        ITypedMessages.Approval memory approval = approvals[recent(index, approvals.length)];
        allow(contractsOf(approval));
        send(stranger, abi.encodeCall(registry.execute, (approval)));
    }

    function tryRotate(uint256 which, uint256 shape, uint256 count, uint256 role) external {
        ITypedMessages.Rotation memory rotation = anyRotation(which, shape);
        (Signed memory message, bytes memory signatures) =
            signed(listOf(rotation.contractAddress), digestOf(rotation), count, role);
        sendSigned(message, abi.encodeCall(registry.rotate, (rotation, signatures)), role);
    }

    function tryScheduleRotation(uint256 which, uint256 shape, uint256 count, uint256 role) external {
        ITypedMessages.Rotation memory rotation = anyRotation(delayed(which % 9), shape);
        (Signed memory message, bytes memory signatures) =
            signed(listOf(rotation.contractAddress), digestOf(rotation), count, role);
        forbid();
        if (send(message.by, abi.encodeCall(registry.scheduleRotation, (rotation, signatures)))) {
            rotations.push(rotation);
        }
    }

    function tryExecuteRotation(uint256 index) external {
        if (rotations.length == 0) return;
        ITypedMessages.Rotation memory rotation = rotations[recent(index, rotations.length)];
        allow(listOf(rotation.contractAddress));
        send(stranger, abi.encodeCall(registry.executeRotation, (rotation)));
    }

    function tryCommit(uint256 which, uint256 count, uint256 role) external {
        ITypedMessages.Approval memory approval = anyApproval(which, 1);
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        (Signed memory message, bytes memory signatures) =
            signed(commitment.contracts, digestOf(commitment), count, role);
        forbid();
        if (!send(message.by, abi.encodeCall(registry.commit, (commitment, signatures)))) return;
        commitments.push(commitment);
        push(hidden, approval);
    }

    /// @dev I15: now and then what does not belong together.
    function tryReveal(uint256 index, uint256 other_) external {
        if (hidden.length == 0) return;
        index = recent(index, hidden.length);
        ITypedMessages.Approval memory approval = hidden[other_ % 8 == 0 ? other_ / 8 % hidden.length : index];
        if (other_ % 8 == 1) approval.upgrades[0].contractHash = keccak256("never committed");
        ITypedMessages.Commitment memory commitment = commitments[index];
        forbid();
        if (commitment.commitment == keccak256(abi.encode(TypedData.hash(approval), SALT))) {
            allow(commitment.contracts);
        }
        send(
            models[commitment.contracts[0]].rules.gate,
            abi.encodeCall(registry.reveal, (commitment, approval, SALT, new IRegistryTypes.Deployment[](0)))
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

    function tryReject(uint256 which, uint256 index, uint256 count, uint256 role) external {
        address contractAddress = one(which);
        bytes32 digest =
            digests.length == 0 ? digestOf(anyApproval(which % RECORDS, 0)) : digests[index % digests.length];
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        (Signed memory message, bytes memory signatures) =
            signed(listOf(contractAddress), digestOf(rejection), count % 3, role);
        forbid();
        send(message.by, abi.encodeCall(registry.reject, (contractAddress, rejection, signatures)));
    }

    function tryRevoke(uint256 which, uint256 signer) external {
        address contractAddress = one(which);
        address[] memory list = models[contractAddress].signers;
        bytes32 digest = digestOf(anyApproval(which % RECORDS, 0));
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

    function tryUnpause(uint256 which, uint256 count, uint256 role) external {
        which %= RECORDS;
        // One that is paused, if there is any.
        for (uint256 i = 0; i < RECORDS && registry.pauseOf(one(which)).until <= vm.getBlockTimestamp(); ++i) {
            which = (which + 1) % RECORDS;
        }
        ITypedMessages.Unpause memory message = unpauseOf(one(which));
        (Signed memory one_, bytes memory signatures) =
            signed(listOf(message.contractAddress), digestOf(message), count, role);
        forbid();
        send(one_.by, abi.encodeCall(registry.unpause, (message, signatures)));
    }

    /// @notice I17.
    function tryCuratorship(uint256 role, uint256 step) external {
        address[4] memory people = [curator, stranger, bookedCurator, bookedPendingCurator];
        forbid();
        if (step % 2 == 0) send(people[role % 4], abi.encodeCall(registry.proposeCurator, (people[step / 2 % 3])));
        else send(people[role % 4], abi.encodeCall(registry.acceptCuratorship, ()));
    }

    /// @notice The contract among the signers is of another mind from now on.
    function turn(uint256 mood) external {
        wallet.turn(Switch.Mood(mood % 5 < 3 ? 0 : mood % 5 - 2));
    }

    /// @notice I19: ether that nobody can refuse.
    function force(uint256 which, uint256 amount) external {
        address home = homes()[which % 3];
        vm.deal(address(this), amount % 1 ether);
        new Forced{value: amount % 1 ether}(payable(home));
        forced[home] += amount % 1 ether;
    }

    function wait(uint256 time) external {
        skip(time % 3 == 0 ? time % 12 hours : time % 9 days);
    }

    /// @notice I3: everything that was ever sent comes again, from anybody. Only what could not pass before may do so.
    function tryAgain(uint256 index, uint256 role) external {
        if (sent.length == 0) return;
        bytes memory data = sent[index % sent.length];
        forbid();
        send(role % 2 == 0 ? stranger : models[one(role)].rules.authority, data);
    }
}
