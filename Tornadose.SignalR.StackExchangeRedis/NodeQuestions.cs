using System.Collections.Concurrent;
using System.Text;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Questions over the bus: one channel for all nodes, and one of each asker's own for the answers. Redis says how many have heard a question, so that nobody waits for a node that is not there.</summary>
internal sealed class NodeQuestions(RedisNode node) : INodeQuestions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly RedisChannel _all = RedisKeys.Nodes(node.Options.KeyPrefix);
    private readonly string _self = LogReader.Random(8);
    private BusSubscription? _listening;
    private readonly ConcurrentDictionary<string, Func<string, ValueTask<string>>> _subjects = new(StringComparer.Ordinal);
    private int _asked;

    public void Answer(string subject, Func<string, ValueTask<string>> answer) => _subjects[subject] = answer;

    /// <summary>Listens for questions. Called again and again, as connections come and go.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (_listening is { } present && node.Bus.IsCurrent(present))
            return;
        if (_listening is { } old)
            await node.Bus.EndAsync(old).ConfigureAwait(false);
        _listening = null;
        try
        {
            _listening = await node.Bus.SubscribeAsync([_all], Hear, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreRefusedException)
        {
            // A user without the right to this channel has stores all the same: the others do not see this node.
        }
    }

    public async Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentQueue<string>();
        var isEnough = false;
        var number = Interlocked.Increment(ref _asked);
        try
        {
            var subscription = await node.Bus.SubscribeAsync([RedisKeys.Answers(node.Options.KeyPrefix, $"{_self}.{number}")], Take, cancellationToken).ConfigureAwait(false);
            try
            {
                var heard = await PublishAsync(_all, $"{_self}.{number}\n{subject}\n{question}", cancellationToken).ConfigureAwait(false);
                var others = heard - (_listening is null ? 0 : 1);
                var began = node.Time.GetTimestamp();
                while (answers.Count < others && !Volatile.Read(ref isEnough) && node.Time.GetElapsedTime(began) < Patience)
                    await Task.Delay(Pause, node.Time, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await node.Bus.EndAsync(subscription).ConfigureAwait(false);
            }
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException)
        {
            // Whoever asks sees this node alone.
        }

        return [.. answers];

        void Take(ReadOnlyMemory<byte> payload)
        {
            var answer = Encoding.UTF8.GetString(payload.Span);
            answers.Enqueue(answer);
            if (first && answer.Length > 0)
                Volatile.Write(ref isEnough, true);
        }
    }

    private void Hear(ReadOnlyMemory<byte> payload)
    {
        if (Encoding.UTF8.GetString(payload.Span).Split('\n', 3) is [var asker, var subject, var question] && !asker.StartsWith(_self, StringComparison.Ordinal))
            _ = Task.Run(() => AnswerAsync(asker, subject, question));
    }

    private async Task AnswerAsync(string asker, string subject, string question)
    {
        try
        {
            var answer = _subjects.TryGetValue(subject, out var known) ? await known(question).ConfigureAwait(false) : "";
            await PublishAsync(RedisKeys.Answers(node.Options.KeyPrefix, asker), answer, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException)
        {
            // The asker does without this node.
        }
    }

    private Task<long> PublishAsync(RedisChannel channel, string text, CancellationToken cancellationToken) =>
        node.Connection.RunAsync(multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, text), cancellationToken);
}
