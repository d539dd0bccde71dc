using System.Buffers.Text;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Many publishers, many readers, one order.</summary>
public sealed class TotalOrderTests
{
    private const int Publishers = 8;
    private const int Readers = 64;
    private const int MessagesEach = 12_500;
    private const int Messages = Publishers * MessagesEach;

    private readonly DataStore _store = TestStore.Queue(capacity: Messages, configure: options => options.MaxBytes = 1L << 30);

    [Fact, Case("ST-01", "ST-12")]
    public async Task PublishAsync_EightPublishersAndSixtyFourReaders_AllReadTheSameOrderWithoutGap()
    {
        var readers = Enumerable.Range(0, Readers).Select(_ => Task.Run(ReadAsync)).ToArray();
        var publishers = Enumerable.Range(0, Publishers).Select(publisher => Task.Run(() => PublishAsync(publisher))).ToArray();

        await Task.WhenAll(publishers).WithTimeout(TimeSpan.FromMinutes(2));

        var orders = await Task.WhenAll(readers).WithTimeout(TimeSpan.FromMinutes(2));
        Assert.Single(orders.Distinct());
        Assert.Equal(Messages, _store.Position.Offset);
    }

    private async Task PublishAsync(int publisher)
    {
        var last = 0L;
        for (var i = 1; i <= MessagesEach; i++)
        {
            var position = await _store.PublishAsync($"{publisher}:{i}");
            Assert.True(position.Offset > last);
            last = position.Offset;
        }
    }

    /// <summary>Checks that offsets are contiguous and each publisher's messages in their order.</summary>
    /// <returns>A hash of what was read, in the order in which it was.</returns>
    private async Task<int> ReadAsync()
    {
        var order = default(HashCode);
        var seen = new int[Publishers];
        var offset = 0L;
        await foreach (var message in _store.ReadAllAsync(StartAt.Earliest))
        {
            Assert.Equal(++offset, message.Position!.Value.Offset);
            var (publisher, number) = Parse(message.Data.Span);
            Assert.Equal(++seen[publisher], number);
            order.Add(publisher);
            if (offset == Messages)
                break;
        }

        return order.ToHashCode();
    }

    private static (int Publisher, int Number) Parse(ReadOnlySpan<byte> text)
    {
        Assert.True(Utf8Parser.TryParse(text, out int publisher, out var length));
        Assert.True(Utf8Parser.TryParse(text[(length + 1)..], out int number, out _));
        return (publisher, number);
    }
}
