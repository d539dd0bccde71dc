namespace Tornadose.Benchmarks.Scenarios;

/// <summary>The names of what is measured, as the results show them.</summary>
internal static class Figures
{
    public const string DeliveriesPerSecond = "deliveries/s";
    public const string CpuPerDelivery = "CPU µs/delivery";
    public const string ClientCpuPerDelivery = "client's CPU µs/delivery";
    public const string P50 = "p50 ms";
    public const string P99 = "p99 ms";
    public const string PublishesPerSecond = "publishes/s";
    public const string MessagesPerSecond = "published messages/s";
    public const string DeliveredShare = "delivered %";
    public const string SustainedRate = "messages/s";
    public const string ResidentPerSubscriber = "KB/subscriber";
    public const string PublishNanoseconds = "ns/publish";
    public const string PublishBytes = "bytes/publish";
    public const string BytesPerDelivery = "bytes/delivery";
    public const string MegabytesPerSecond = "MB/s";
    public const string CpuPerMegabyte = "CPU µs/MB";
    public const string RedisCpuPerPublish = "Redis CPU µs/publish";
    public const string NodeCpuPerMessage = "node CPU µs/message";
}
