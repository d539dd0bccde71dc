using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// What nodes ask and order each other. Questions go over the bus, on one channel for all nodes, and answers on one of the asker's. Orders
/// are kept in Redis, and the bus only says that there is one.
/// </summary>
/// <remarks>
/// Who is asked is known from Redis, where each node says every few seconds that it is there: so a node that does not answer is noticed.
/// One that stops saying so, and has not left, is missed for an hour: it may be cut off and serve readers all the same. Questions and
/// answers carry a proof made with a secret that is kept in Redis as well: whoever may only publish can ask nothing, and confirm nothing.
/// A question counts once, so that it cannot be sent again by somebody else.
/// </remarks>
internal sealed class NodeQuestions(RedisNode node) : INodeQuestions
{
    private const string NewOrder = "order";
    private const int MaxOrders = 100; // in one reply of Redis

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPresence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OrdersKept = TimeSpan.FromDays(1);
    private static readonly TimeSpan VanishedMissed = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Func<string, ValueTask<string>>> _subjects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PendingQuestion> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);
    private readonly NodeSeal _seal = new();
    private readonly NodeOrders _orders = new(node.Time, OrdersKept, node.Logger);
    private readonly SemaphoreSlim _syncing = new(1);
    private readonly SemaphoreSlim _subscribing = new(1);
    private readonly Lock _asking = new();
    private readonly string _self = LogReader.Random(8);
    private volatile OtherNodes _others = new([], []);
    private volatile bool _left;
    private BusSubscription? _listening;
    private long _asked;

    public void Answer(string subject, Func<string, ValueTask<string>> answer) => _subjects[subject] = answer;

    public void Obey(Func<string, ValueTask> obey) => _orders.Obey(obey);

    /// <summary>
    /// Listens for questions, says that this node is there, and takes what was ordered meanwhile. Called again and again, as connections
    /// come and go. A user without these rights has stores all the same; one with those to the keys alone is missed by the others.
    /// </summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        await TryAsync(SubscribeAsync(cancellationToken), "the channels of the nodes").ConfigureAwait(false);
        await TryAsync(SyncAsync("", cancellationToken), "the keys of the nodes").ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken)
    {
        await SyncAsync("", cancellationToken).ConfigureAwait(false);
        var (answers, missing) = await AskAllAsync(subject, question, first, _others.All, cancellationToken).ConfigureAwait(false);
        return missing == 0
            || (first && answers.Any(static answer => answer.Length > 0)) ? answers : throw Unconfirmed(missing, "Try again.");
    }

    public async Task<IReadOnlyList<string>> CollectAsync(string subject, string question, CancellationToken cancellationToken)
    {
        try
        {
            await SyncAsync("", cancellationToken).ConfigureAwait(false);
            return (await AskAllAsync(subject, question, first: false, _others.Present, cancellationToken).ConfigureAwait(false)).Answers;
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException)
        {
            return []; // whoever asks sees this node alone
        }
    }

    public async Task OrderAsync(string order, CancellationToken cancellationToken)
    {
        var id = await SyncAsync(order, cancellationToken).ConfigureAwait(false);
        var (_, missing) = await AskAllAsync(NewOrder, id, first: false, _others.All, cancellationToken).ConfigureAwait(false);
        if (missing > 0)
            throw Unconfirmed(missing, "It is kept for a day: a node that is away obeys when it is back.");
    }

    /// <summary>Says that this node ends, so that nobody waits for it.</summary>
    public async Task LeaveAsync()
    {
        _left = true;
        try
        {
            await SubscribeAsync(CancellationToken.None).ConfigureAwait(false);
            if (_seal.IsKnown && node.Connection.IsConnected)
                await SyncAsync("", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException or ObjectDisposedException)
        {
            // The others find out.
        }
    }

    private static StoreUnavailableException Unconfirmed(int missing, string then) => new(
        $"{missing} of the nodes did not confirm within {Patience.TotalSeconds} s. {then}", mayBeStored: true);

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

    /// <summary>Listens on the connection in use; no more once this node has left.</summary>
    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        await _subscribing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_listening is { } present && !_left && node.Bus.IsCurrent(present))
                return;
            if (_listening is { } old)
                await node.Bus.EndAsync(old).ConfigureAwait(false);
            _listening = null;
            if (_left)
                return;
            var prefix = node.Options.KeyPrefix;
            _listening = await node.Bus.SubscribeAsync(
                [RedisKeys.Nodes(prefix), RedisKeys.Answers(prefix, _self)], Hear, cancellationToken).ConfigureAwait(false);
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
        string number;
        Task<long> asking;
        lock (_asking) // what is heard in another order would count as sent again
        {
            number = (++_asked).ToString(CultureInfo.InvariantCulture);
            _pending[number] = pending;
            asking = PublishAsync(RedisKeys.Nodes(node.Options.KeyPrefix), $"{_self}\n{number}\n{subject}\n{question}", cancellationToken);
        }

        try
        {
            await asking.ConfigureAwait(false);
            await pending.Answered.WaitAsync(Patience, node.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Who is missing is counted.
        }
        finally
        {
            _pending.TryRemove(number, out _);
        }

        return pending.Result;
    }

    /// <summary>
    /// Tells Redis that this node is there, or has left, and learns of the others and of new orders. To obey takes as long as it takes,
    /// and nobody waits for it here: a node that does not come back in time would be missed.
    /// </summary>
    /// <param name="order">An order to add, or nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The id of the order that was added.</returns>
    private async Task<string> SyncAsync(string order, CancellationToken cancellationToken)
    {
        await _syncing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string? added = null;
            string[] orders;
            do
            {
                var result = await EvaluateAsync(added is null ? order : "", cancellationToken).ConfigureAwait(false);
                if (result is not [var seal, var present, var missed, var list, var id])
                    throw new StoreRefusedException("Redis answered something else than the nodes' script returns.");
                _seal.Learn((string)seal!);
                added ??= (string)id!;
                Learn(new OtherNodes(WithoutSelf(present), WithoutSelf(missed)));
                orders = (string[])list!;
                _orders.Take(orders, added);
            }
            while (orders.Length == 2 * MaxOrders);
            return added;
        }
        finally
        {
            _syncing.Release();
        }
    }

    private async Task<RedisResult[]?> EvaluateAsync(string order, CancellationToken cancellationToken)
    {
        var presence = 3 * node.Options.SyncInterval;
        RedisValue[] arguments =
        [
            _self, _left ? 0 : Milliseconds(presence < ShortestPresence ? ShortestPresence : presence), _orders.Last, LogReader.Random(20),
            Milliseconds(OrdersKept), Milliseconds(VanishedMissed), MaxOrders, order,
        ];
        return (RedisResult[]?)await node.Connection.EvaluateAsync(
            RedisScripts.Nodes, RedisKeys.OfNodes(node.Options.KeyPrefix), arguments, cancellationToken).ConfigureAwait(false);
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private string[] WithoutSelf(RedisResult nodes) => ((string[])nodes!).Where(other => other != _self).ToArray();

    /// <summary>What a node has asked that is there no more has not to be remembered.</summary>
    private void Learn(OtherNodes others)
    {
        foreach (var gone in _others.All.Except(others.All))
            _seal.Forget(gone);
        _others = others;
    }

    /// <summary>A question is <c>proof\nasker\nnumber\nsubject\nquestion</c>, an answer <c>proof\n\nnumber\nnode\nanswer</c>.</summary>
    private void Hear(ReadOnlyMemory<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        if (text.Split('\n', 5) is not [var proof, var asker, var number, var third, var rest] || asker == _self
            || !_seal.IsProved(proof, text[(proof.Length + 1)..]))
            return;
        if (asker.Length > 0 && _seal.IsNew(asker, number))
            _ = Task.Run(() => AnswerAsync(asker, number, third, rest));
        else if (_pending.TryGetValue(number, out var pending))
            pending.Take(third, rest);
    }

    private async Task AnswerAsync(string asker, string number, string subject, string question)
    {
        try
        {
            if (subject == NewOrder || !_others.All.Contains(asker))
                await SyncAsync("", CancellationToken.None).ConfigureAwait(false);
            if (!_others.All.Contains(asker))
            {
                _seal.Forget(asker);
                return; // it has left, and somebody else has kept its question
            }

            var answer = "";
            if (subject == NewOrder && !await _orders.IsDoneAsync(question).ConfigureAwait(false))
                return; // it is tried again, and confirmed by no word before
            if (_subjects.TryGetValue(subject, out var known))
                answer = await known(question).ConfigureAwait(false);
            await PublishAsync(
                RedisKeys.Answers(node.Options.KeyPrefix, asker), $"\n{number}\n{_self}\n{answer}",
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException or ObjectDisposedException)
        {
            // The asker notices.
        }
    }

    private Task<long> PublishAsync(RedisChannel channel, string text, CancellationToken cancellationToken) =>
        node.Connection.RunAsync(
            multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, $"{_seal.Prove(text)}\n{text}"), cancellationToken);
}
