using System.Collections.Concurrent;
using System.Text;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Redis;

/// <summary>Questions over the bus: one channel for all nodes, and one of each asker's own for the answers. Redis says how many have heard a question, so that nobody waits for a node that is not there.</summary>
internal sealed class NodeQuestions(RedisNode node) : INodeQuestions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly RedisChannel _all = RedisKeys.Nodes(node.Options.KeyPrefix);
    private readonly string _self = LogReader.Random(8);
    private BusSubscription? _listening;
    private Func<string, string>? _answer;
    private int _asked;

    public void Answer(Func<string, string> answer) => Volatile.Write(ref _answer, answer);

    /// <summary>Listens for questions, if anybody is to answer them. Called again and again, as connections come and go.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _answer) is null || (_listening is { } present && node.Bus.IsCurrent(present)))
            return;
        if (_listening is { } old)
            await node.Bus.EndAsync(old).ConfigureAwait(false);
        _listening = null;
        try
        {
            _listening = await node.Bus.SubscribeAsync(_all, Hear, cancellationToken).ConfigureAwait(false);
        }
        catch (BackplaneRefusedException)
        {
            // A user without the right to this channel has stores all the same: the inspectors of others do not see this node.
        }
    }

    public async Task<IReadOnlyList<string>> AskAsync(string question, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentQueue<string>();
        var number = Interlocked.Increment(ref _asked);
        try
        {
            var subscription = await node.Bus.SubscribeAsync(RedisKeys.Answers(node.Options.KeyPrefix, $"{_self}.{number}"), Take, cancellationToken).ConfigureAwait(false);
            var heard = await PublishAsync(_all, $"{_self}.{number}\n{question}", cancellationToken).ConfigureAwait(false);
            var others = heard - (_listening is null ? 0 : 1);
            for (var began = node.Time.GetTimestamp(); answers.Count < others && node.Time.GetElapsedTime(began) < Patience;)
                await Task.Delay(Pause, node.Time, cancellationToken).ConfigureAwait(false);
            await node.Bus.EndAsync(subscription).ConfigureAwait(false);
        }
        catch (Exception away) when (away is BackplaneUnavailableException or BackplaneRefusedException)
        {
            // Whoever asks sees this node alone.
        }

        return [.. answers];

        void Take(ReadOnlyMemory<byte> answer) => answers.Enqueue(Encoding.UTF8.GetString(answer.Span));
    }

    private void Hear(ReadOnlyMemory<byte> payload)
    {
        if (Encoding.UTF8.GetString(payload.Span).Split('\n', 2) is [var asker, var question] && !asker.StartsWith(_self, StringComparison.Ordinal))
            _ = Task.Run(() => AnswerAsync(asker, question));
    }

    private async Task AnswerAsync(string asker, string question)
    {
        try
        {
            await PublishAsync(RedisKeys.Answers(node.Options.KeyPrefix, asker), _answer!(question), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception away) when (away is BackplaneUnavailableException or BackplaneRefusedException)
        {
            // The asker does without this node.
        }
    }

    private Task<long> PublishAsync(RedisChannel channel, string text, CancellationToken cancellationToken) =>
        node.Connection.RunAsync(multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, text), cancellationToken);
}
