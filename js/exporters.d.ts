// Where a session's figures are sent.

/** What any exporter may have. It holds for all exporters of the session: two that differ are an error. */
export interface ExporterCommon {
  /** The file of the authorities that a server's certificate is checked against. Default: those of the system. */
  ca?: string | URL | undefined;
  /** The file of our own certificate, where a server asks for one; `key` stands beside it. */
  cert?: string | URL | undefined;
  /** The file of its key. */
  key?: string | URL | undefined;
  /** Labels of every figure. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** The time between two deliveries of figures, 1 to 86,400,000 ms. Default 10,000. */
  intervalMs?: number | undefined;
}

/** Figures and spans to an OpenTelemetry collector: OTLP over HTTP, with protobuf. */
export interface OtlpExporter extends ExporterCommon {
  type: 'otlp';
  /**
   * Where: `/v1/metrics` and `/v1/traces` are appended. Default: as the `OTEL_*` variables of `process.env` say, which also
   * hold beside it.
   */
  url?: string | URL | undefined;
  /** How single processes appear: by attributes of points, each as a resource, or not at all. Default `attribute`. */
  process?: 'attribute' | 'resource' | 'off' | undefined;
  /** Whether the run is named by the conventions for CI pipelines, too. Default false. */
  cicd?: boolean | undefined;
}

/** Figures to a Prometheus that takes them, or to another that does. */
export interface RemoteWriteExporter extends ExporterCommon {
  type: 'remote-write';
  /** The whole address, such as `http://localhost:9090/api/v1/write`. */
  url: string | URL;
}

/** Messages to an MQTT 5 broker. */
export interface MqttExporter extends ExporterCommon {
  type: 'mqtt';
  /** Such as `mqtts://ci@broker.example`; a password in it is an error. */
  url: string | URL;
  /** The user's password. */
  password?: string | undefined;
  /** The file whose first line that is, instead. */
  passwordFile?: string | URL | undefined;
  /** The part of the topics that tells one team or project from another. Default `default`. */
  namespace?: string | undefined;
  /** The name of this machine in topics and messages. Default: its host name. */
  agentId?: string | undefined;
  /** Whose messages are published beside ours: those of a Propeller proplet. Default: nobody's. */
  compat?: 'propeller' | undefined;
  /** The domain in its topics. */
  domain?: string | undefined;
  /** The channel in its topics. */
  channel?: string | undefined;
  /** The task that its messages are about. Default: the run's own name. */
  taskId?: string | undefined;
}

/** The result on a Pushgateway, once, when the session ends. */
export interface PushgatewayExporter extends ExporterCommon {
  type: 'pushgateway';
  /** Such as `http://localhost:9091`. */
  url: string | URL;
  /** The job that it is put there for. Default `procmon`. */
  job?: string | undefined;
}

/** The result in a file for the textfile collector of node_exporter, once, when the session ends. */
export interface PromFileExporter extends ExporterCommon {
  type: 'prom-file';
  /** The file; its name ends with `.prom`. */
  path: string | URL;
}

/** Where figures are sent. At most one of each type for a session. */
export type ExportDestination =
  | OtlpExporter
  | RemoteWriteExporter
  | MqttExporter
  | PushgatewayExporter
  | PromFileExporter;
