namespace Tornadose.Attack;

/// <summary>The attacks by name.</summary>
internal static class AllAttacks
{
    public static readonly AttackCase[] All =
    [
        new("snapshots", "300 slow readers of a snapshot of 16 MiB", ReaderAttacks.SnapshotsAsync),
        new("stalled", "500 readers of a full window that take nothing", ReaderAttacks.StalledAsync),
        new("list-bodies", "500 readers of a list that do not take a message of 6 MiB", ReaderAttacks.ListBodiesAsync),
        new("list-ids", "200 readers of 64 stores at 50 messages a second", ReaderAttacks.ListIdsAsync),
        new("resumes", "1,000 resumes a second with ids that were made up", ReaderAttacks.ResumesAsync),
        new("pings", "pings without end on a WebSocket", ReaderAttacks.PingsAsync),
        new("http2", "HTTP/2: rapid reset, pings, settings", Http2Attack.RunAsync),
        new("origins", "pages of seven foreign origins at every entrance", PublisherAttacks.OriginsAsync),
        new("tickets", "one user takes tickets as fast as he can", PublisherAttacks.TicketsAsync),
        new("names", "6,000 stores of a family with made-up names", PublisherAttacks.NamesAsync),
        new("bytes", "1,200 posts of 1 MiB to made-up names", PublisherAttacks.BytesAsync),
        new("idempotency", "a guessed idempotency key is used first", PublisherAttacks.IdempotencyAsync),
        new("keys", "20,000 idempotency keys", PublisherAttacks.KeysAsync),
        new("bodies", "deep JSON, bodies too large, names and types with line breaks", PublisherAttacks.BodiesAsync),
        new("hub-refusals", "calls of the hub that are refused, without end", HubAttacks.RefusalsAsync),
        new("hub-streams", "2,000 streams of Watch on one connection", HubAttacks.StreamsAsync),
        new("hub-frames", "300 hub connections that do not take a message of 6 MiB", HubAttacks.FramesAsync),
        new("hub-items", "300 streams of Watch that do not take a message of 6 MiB", HubAttacks.ItemsAsync),
        new("redis-names", "10,000 made-up names over Redis", RedisAttacks.NamesAsync, NeedsRedis: true),
        new("redis-forgery", "other data under the id of the newest message", RedisAttacks.ForgeryAsync, NeedsRedis: true),
        new("redis-publish", "1,200 bare messages, and one of 20 MiB, by PUBLISH", RedisAttacks.PublishAsync, NeedsRedis: true),
    ];

    public static IReadOnlyList<AttackCase> Find(string[] names) =>
        names.Length == 0 ? All : [.. All.Where(attack => names.Contains(attack.Name))];
}
