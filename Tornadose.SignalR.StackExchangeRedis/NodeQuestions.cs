using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Questions and orders between nodes. Questions go over the bus on one channel for all nodes, answers on a channel of the asking node.
/// Orders are kept in Redis; the bus only announces them.
/// </summary>
/// <remarks>
/// <see cref="NodePresence"/> knows the nodes to ask, so a node that does not answer is noticed. Questions and answers carry a proof made
/// with a secret that is also kept in Redis: a client that may only publish can neither ask nor confirm anything. A question is accepted
/// once, and an answer names its question, so that nobody else can replay them.
/// </remarks>
internal sealed class NodeQuestions(RedisNode node) : INodeQuestions
{
    private const string NewOrder = "order";

    private readonly ConcurrentDictionary<string, Func<string, ValueTask<string>>> _subjects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PendingQuestion> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);
    private readonly NodePresence _presence = new(node);
    private readonly SemaphoreSlim _subscribing = new(1);
    private readonly Lock _asking = new();
    private BusSubscription? _listening;
    private long _asked;

    public void Answer(string subject, Func<string, ValueTask<string>> answer) => _subjects[subject] = answer;

    public void Obey(Func<string, ValueTask> obey) => _presence.Orders.Obey(obey);

    /// <summary>
    /// Subscribes to questions, registers this node as present, and takes new orders. Called repeatedly, because connections come and go.
    /// A Redis user without these rights can still use stores; with rights to the keys alone, the node counts as missing for the others.
    /// </summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        await TryAsync(SubscribeAsync(cancellationToken), "the channels of the nodes").ConfigureAwait(false);
        await TryAsync(_presence.SyncAsync("", cancellationToken), "the keys of the nodes").ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken)
    {
        await _presence.SyncAsync("", cancellationToken).ConfigureAwait(false);
        var others = _presence.Others.All;
        var (answers, missing) = await AskAllAsync(subject, question, first, others, cancellationToken).ConfigureAwait(false);
        return missing == 0 || (first && answers.Any(static answer => answer.Length > 0))
            ? answers
            : throw Unconfirmed(missing, "Try again.");
    }

    public async Task<IReadOnlyList<string>> CollectAsync(string subject, string question, CancellationToken cancellationToken)
    {
        try
        {
            await _presence.SyncAsync("", cancellationToken).ConfigureAwait(false);
            var present = _presence.Others.Present;
            return (await AskAllAsync(subject, question, first: false, present, cancellationToken).ConfigureAwait(false)).Answers;
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException)
        {
            return []; // the result then covers this node only
        }
    }

    public async Task OrderAsync(string order, CancellationToken cancellationToken)
    {
        var id = await _presence.SyncAsync(order, cancellationToken).ConfigureAwait(false);
        var (_, missing) = await AskAllAsync(NewOrder, id, first: false, _presence.Others.All, cancellationToken).ConfigureAwait(false);
        if (missing > 0)
            throw Unconfirmed(missing, "The order is kept for a day: a node that is away carries it out when it is back.");
    }

    /// <summary>Unsubscribes and tells Redis that this node leaves, so that no other node waits for it.</summary>
    public async Task LeaveAsync()
    {
        _presence.Leave();
        try
        {
            await SubscribeAsync(CancellationToken.None).ConfigureAwait(false);
            if (_presence.Seal.IsKnown && node.Connection.IsConnected)
                await _presence.SyncAsync("", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException or ObjectDisposedException)
        {
            // The others notice that it does not answer.
        }
    }

    private StoreUnavailableException Unconfirmed(int missing, string then) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{missing} of the nodes did not confirm within {node.Options.AnswerTimeout.TotalSeconds} s. {then}"), mayBeStored: true);

    private async Task TryAsync(Task task, string what)
    {
        try
        {
            await task.ConfigureAwait(false);
            _refused.TryRemove(what, out _);
        }
        catch (StoreRefusedException refused)
        {
            if (_refused.TryAdd(what, true))
                node.Logger.NodesRefused(refused, what);
        }
    }

    /// <summary>Subscribes on the connection in use; unsubscribes once this node has left.</summary>
    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        await _subscribing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_listening is { } present && !_presence.HasLeft && node.Bus.IsCurrent(present))
                return;
            if (_listening is { } old)
                await node.Bus.EndAsync(old).ConfigureAwait(false);
            _listening = null;
            if (_presence.HasLeft)
                return;
            var prefix = node.Options.KeyPrefix;
            _listening = await node.Bus.SubscribeAsync(
                [RedisKeys.Nodes(prefix), RedisKeys.Answers(prefix, _presence.Self)], Hear, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _subscribing.Release();
        }
    }

    private async Task<(IReadOnlyList<string> Answers, int Missing)> AskAllAsync(
        string subject, string question, bool first, IReadOnlyList<string> others, CancellationToken cancellationToken)
    {
        if (others.Count == 0)
            return ([], 0);
        await SubscribeAsync(cancellationToken).ConfigureAwait(false);
        var pending = new PendingQuestion(others, first);
        string id;
        Task<long> asking;
        lock (_asking) // questions received out of order would count as replays
        {
            var number = (++_asked).ToString(CultureInfo.InvariantCulture);
            id = IdOf(_presence.Self, number);
            _pending[id] = pending;
            var text = $"{_presence.Self}\n{number}\n{subject}\n{question}";
            asking = PublishAsync(RedisKeys.Nodes(node.Options.KeyPrefix), text, cancellationToken);
        }

        try
        {
            await asking.ConfigureAwait(false);
            await pending.Answered.WaitAsync(node.Options.AnswerTimeout, node.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The result has the number of missing answers.
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }

        return pending.Result;
    }

    /// <summary>Identifies a question in its answers. Numbers alone would let an answer to one node be replayed to another.</summary>
    private static string IdOf(string asker, string number) => $"{asker}/{number}";

    /// <summary>
    /// A question is <c>proof\nasker\nnumber\nsubject\nquestion</c>, an answer <c>proof\n\nasker/number\nnode\nanswer</c>.
    /// </summary>
    private void Hear(ReadOnlyMemory<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        if (text.Split('\n', 5) is not [var proof, var asker, var number, var third, var rest] || asker == _presence.Self
            || !_presence.Seal.IsProved(proof, text[(proof.Length + 1)..]))
            return;
        if (asker.Length > 0 && _presence.Seal.IsNew(asker, number))
            _ = Task.Run(() => AnswerAsync(asker, number, third, rest));
        else if (_pending.TryGetValue(number, out var pending))
            pending.Take(third, rest);
    }

    private async Task AnswerAsync(string asker, string number, string subject, string question)
    {
        try
        {
            if (subject == NewOrder || !_presence.Others.All.Contains(asker))
                await _presence.SyncAsync("", CancellationToken.None).ConfigureAwait(false);
            if (!_presence.Others.All.Contains(asker))
            {
                _presence.Seal.Forget(asker);
                return; // the asker has left, and somebody has replayed its question
            }

            var answer = "";
            if (subject == NewOrder && !await _presence.Orders.IsDoneAsync(question).ConfigureAwait(false))
                return; // it is retried, and not confirmed until it succeeds
            if (_subjects.TryGetValue(subject, out var known))
                answer = await known(question).ConfigureAwait(false);
            await PublishAsync(
                RedisKeys.Answers(node.Options.KeyPrefix, asker), $"\n{IdOf(asker, number)}\n{_presence.Self}\n{answer}",
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException or ObjectDisposedException)
        {
            // The asker notices that the answer is missing.
        }
    }

    private Task<long> PublishAsync(RedisChannel channel, string text, CancellationToken cancellationToken) =>
        node.Connection.RunAsync(
            multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, $"{_presence.Seal.Prove(text)}\n{text}"), cancellationToken);
}
