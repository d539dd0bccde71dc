using StackExchange.Redis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Connections to Redis other than cleartext RESP2.</summary>
[Case("RDS-32")]
public sealed class ConnectionKindTests
{
    [Fact]
    public async Task Tls_TwoNodes_ShareTheirStores()
    {
        using var certificate = new TestCertificate();
        var port = RedisProcess.FreePort();
        await using var redis = await RedisProcess.StartAsync(
            "--tls-port", $"{port}", "--tls-cert-file", certificate.CertificateFile, "--tls-key-file", certificate.KeyFile,
            "--tls-ca-cert-file", certificate.CertificateFile, "--tls-auth-clients", "no");
        var options = ConfigurationOptions.Parse(RedisProcess.ConnectionStringFor(port) + ",ssl=true");
        options.CertificateValidation += (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint;
        await using var nodes = new TwoNodes(await TwoNodes.StartNodeAsync(options), await TwoNodes.StartNodeAsync(options));
        await AssertSharesAsync(redis, nodes);
    }

    [Theory]
    [InlineData("resp2")]
    [InlineData("resp3")]
    public async Task Protocol_TwoNodes_ShareTheirStores(string protocol)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var nodes = await TwoNodes.StartAsync($"{redis.ConnectionString},protocol={protocol}");
        await AssertSharesAsync(redis, nodes);
    }

    /// <summary>Checks that two nodes share a store, also after every connection was cut.</summary>
    private static async Task AssertSharesAsync(RedisProcess redis, TwoNodes nodes)
    {
        await nodes.ConnectAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(50));
        await redis.CommandAsync("CLIENT", "KILL", "TYPE", "normal");
        await redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await nodes.HealedAsync();
        await nodes.SettleAsync(await nodes.PublishAsync(50, "after"));
        Assert.All(nodes.Resets(), Assert.Empty);
        await nodes.MovedAsync("backplane.reconnects");
    }
}
