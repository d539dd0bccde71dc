using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>A certificate for 127.0.0.1 in PEM files of its own.</summary>
public sealed class TestCertificate : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tornadose-certificate");

    public TestCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Thumbprint = certificate.Thumbprint;
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    public string Thumbprint { get; }

    public string CertificateFile => Path.Combine(_directory.FullName, "certificate.pem");

    public string KeyFile => Path.Combine(_directory.FullName, "key.pem");

    public void Dispose() => _directory.Delete(recursive: true);
}
