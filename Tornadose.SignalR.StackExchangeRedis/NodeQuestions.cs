using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
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
/// Questions and answers carry a proof made with a secret that is kept in Redis as well: whoever may only publish can ask nothing, and
/// confirm nothing. A question counts once, so that it cannot be sent again by somebody else.
/// </remarks>
internal sealed class NodeQuestions(RedisNode node) : INodeQuestions
{
    private const string NewOrder = "order";
    private const int ProofBytes = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPresence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OrdersKept = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, Func<string, ValueTask<string>>> _subjects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PendingQuestion> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _heard = new(StringComparer.Ordinal); // by nodes that have the secret
    private readonly SemaphoreSlim _syncing = new(1);
    private readonly Lock _asking = new();
    private readonly string _self = LogReader.Random(8);
    private Func<string, ValueTask>? _obey;
    private BusSubscription? _listening;
    private byte[]? _seal;
    private string _lastOrder = "0-0";
    private long _asked;

    public void Answer(string subject, Func<string, ValueTask<string>> answer) => _subjects[subject] = answer;

    public void Obey(Func<string, ValueTask> obey) => Volatile.Write(ref _obey, obey);

    /// <summary>
    /// Listens for questions, says that this node is there, and obeys what was ordered meanwhile. Called again and again, as connections
    /// come and go.
    /// </summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_listening is not { } present || !node.Bus.IsCurrent(present))
                await SubscribeAsync(cancellationToken).ConfigureAwait(false);
            await SyncAsync("", cancellationToken).ConfigureAwait(false);
        }
        catch (StoreRefusedException)
        {
            // A user without these rights has stores all the same: the others do not see this node.
        }
    }

    public async Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken)
    {
        var (answers, missing) = await AskAllAsync(subject, question, first, cancellationToken).ConfigureAwait(false);
        return missing == 0
            || (first && answers.Any(static answer => answer.Length > 0)) ? answers : throw Unconfirmed(missing, "Try again.");
    }

    public async Task<IReadOnlyList<string>> CollectAsync(string subject, string question, CancellationToken cancellationToken)
    {
        try
        {
            return (await AskAllAsync(subject, question, first: false, cancellationToken).ConfigureAwait(false)).Answers;
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException)
        {
            return []; // whoever asks sees this node alone
        }
    }

    public async Task OrderAsync(string order, CancellationToken cancellationToken)
    {
        await SyncAsync(order, cancellationToken).ConfigureAwait(false);
        var (_, missing) = await AskAllAsync(NewOrder, "", first: false, cancellationToken).ConfigureAwait(false);
        if (missing > 0)
            throw Unconfirmed(missing, "It is kept for a day: a node that is away obeys when it is back.");
    }

    /// <summary>Says that this node ends, so that nobody waits for it.</summary>
    public async Task LeaveAsync()
    {
        try
        {
            if (_seal is not null && node.Connection.IsConnected)
                await EvaluateAsync("", TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException or ObjectDisposedException)
        {
            // The others find out.
        }
    }

    private static StoreUnavailableException Unconfirmed(int missing, string then) => new(
        $"{missing} of the nodes did not confirm within {Patience.TotalSeconds} s. {then}", mayBeStored: true);

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        if (_listening is { } old)
            await node.Bus.EndAsync(old).ConfigureAwait(false);
        _listening = null;
        var prefix = node.Options.KeyPrefix;
        _listening = await node.Bus.SubscribeAsync(
            [RedisKeys.Nodes(prefix), RedisKeys.Answers(prefix, _self)], Hear, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(IReadOnlyList<string> Answers, int Missing)> AskAllAsync(
        string subject, string question, bool first, CancellationToken cancellationToken)
    {
        if (_listening is null)
            await SubscribeAsync(cancellationToken).ConfigureAwait(false);
        var others = await SyncAsync("", cancellationToken).ConfigureAwait(false);
        if (others.Count == 0)
            return ([], 0);
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

    /// <summary>Tells Redis that this node is there, and obeys the orders that are new to it.</summary>
    /// <returns>The other nodes.</returns>
    private async Task<List<string>> SyncAsync(string order, CancellationToken cancellationToken)
    {
        await _syncing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var presence = 3 * node.Options.SyncInterval;
            var (others, orders) = await EvaluateAsync(
                order, presence < ShortestPresence ? ShortestPresence : presence, cancellationToken).ConfigureAwait(false);
            if (Volatile.Read(ref _obey) is { } obey)
                await ObeyAsync(obey, orders).ConfigureAwait(false);
            return others;
        }
        finally
        {
            _syncing.Release();
        }
    }

    private async Task ObeyAsync(Func<string, ValueTask> obey, string[] orders)
    {
        for (var i = 0; i + 1 < orders.Length; i += 2)
        {
            try
            {
                await obey(orders[i + 1]).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                node.Logger.OrderFailed(failure); // it is not to stop those after it
            }

            _lastOrder = orders[i];
        }
    }

    private async Task<(List<string> Others, string[] Orders)> EvaluateAsync(
        string order, TimeSpan presence, CancellationToken cancellationToken)
    {
        RedisValue[] arguments = [
            _self, (long)presence.TotalMilliseconds, _lastOrder, LogReader.Random(20), (long)OrdersKept.TotalMilliseconds, order];
        var result = (RedisResult[]?)await node.Connection.EvaluateAsync(
            RedisScripts.Nodes, RedisKeys.OfNodes(node.Options.KeyPrefix), arguments, cancellationToken).ConfigureAwait(false);
        if (result is not [var seal, var nodes, var orders])
            throw new StoreRefusedException("Redis answered something else than the nodes' script returns.");
        _seal = Encoding.ASCII.GetBytes((string)seal!);
        return (((string[])nodes!).Where(other => other != _self).ToList(), (string[])orders!);
    }

    /// <summary>A question is <c>proof\nasker\nnumber\nsubject\nquestion</c>, an answer <c>proof\n\nnumber\nnode\nanswer</c>.</summary>
    private void Hear(ReadOnlyMemory<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        if (text.Split('\n', 5) is not [var proof, var asker, var number, var third, var rest] || asker == _self || !IsProved(
            proof, text[(proof.Length + 1)..]))
            return;
        if (asker.Length > 0 && IsNew(asker, number))
            _ = Task.Run(() => AnswerAsync(asker, number, third, rest));
        else if (_pending.TryGetValue(number, out var pending))
            pending.Take(third, rest);
    }

    private async Task AnswerAsync(string asker, string number, string subject, string question)
    {
        try
        {
            var answer = "";
            if (subject == NewOrder)
                await SyncAsync("", CancellationToken.None).ConfigureAwait(false);
            else if (_subjects.TryGetValue(subject, out var known))
                answer = await known(question).ConfigureAwait(false);
            await PublishAsync(
                RedisKeys.Answers(node.Options.KeyPrefix, asker), $"\n{number}\n{_self}\n{answer}",
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException)
        {
            // The asker notices.
        }
    }

    private bool IsNew(string asker, string number)
    {
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
            return false;
        if (asked <= _heard.GetValueOrDefault(asker))
            return false;
        _heard[asker] = asked;
        return true;
    }

    private bool IsProved(string proof, string text) =>
        _seal is { } seal
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Prove(seal, text)), Encoding.UTF8.GetBytes(proof));

    private static string Prove(byte[] seal, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(seal, Encoding.UTF8.GetBytes(text)).AsSpan(0, ProofBytes));

    private Task<long> PublishAsync(RedisChannel channel, string text, CancellationToken cancellationToken) =>
        node.Connection.RunAsync(
            multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, $"{Prove(_seal!, text)}\n{text}"), cancellationToken);

    /// <summary>A question, and who has yet to answer it.</summary>
    private sealed class PendingQuestion(IEnumerable<string> others, bool first)
    {
        private readonly HashSet<string> _missing = new(others, StringComparer.Ordinal);
        private readonly List<string> _answers = [];
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Answered => _answered.Task;

        public (IReadOnlyList<string> Answers, int Missing) Result
        {
            get
            {
                lock (_missing)
                    return ([.. _answers], _missing.Count);
            }
        }

        public void Take(string from, string answer)
        {
            lock (_missing)
            {
                if (!_missing.Remove(from))
                    return;
                _answers.Add(answer);
                if (_missing.Count == 0 || (first && answer.Length > 0))
                    _answered.TrySetResult();
            }
        }
    }
}
